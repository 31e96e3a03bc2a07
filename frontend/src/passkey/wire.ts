/** WebAuthn's messages as JSON: what browsers of before 2025 cannot do by themselves. */

export type Json = { [key: string]: unknown };

/** base64url, without its filling, to bytes. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  const filled = text.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(filled), (sign) => sign.charCodeAt(0));
}

/** Bytes to base64url. */
export function text(buffer: ArrayBuffer): string {
  const signs = Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join("");
  return btoa(signs).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function known(list: unknown): PublicKeyCredentialDescriptor[] {
  const found = (list ?? []) as { id: string; type: "public-key" }[];
  return found.map((one) => ({ ...one, id: bytes(one.id) }));
}

/** What the server asks of a browser that is to make a passkey. */
export function toCreate(options: Json): PublicKeyCredentialCreationOptions {
  const user = options["user"] as Json;
  return {
    ...options,
    challenge: bytes(options["challenge"] as string),
    user: { ...user, id: bytes(user["id"] as string) },
    excludeCredentials: known(options["excludeCredentials"]),
  } as unknown as PublicKeyCredentialCreationOptions;
}

/** What the server asks of a browser that is to use one. */
export function toGet(options: Json): PublicKeyCredentialRequestOptions {
  return {
    ...options,
    challenge: bytes(options["challenge"] as string),
    allowCredentials: known(options["allowCredentials"]),
  } as unknown as PublicKeyCredentialRequestOptions;
}

/** What the passkey answered, made or used. */
export function answered(credential: PublicKeyCredential): Json {
  const response = credential.response as Partial<
    AuthenticatorAttestationResponse & AuthenticatorAssertionResponse
  >;
  const told: Json = {};
  for (const name of [
    "clientDataJSON",
    "attestationObject",
    "authenticatorData",
    "signature",
    "userHandle",
  ] as const) {
    const part = response[name];
    if (part) told[name] = text(part);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: told,
    clientExtensionResults: {},
  };
}
