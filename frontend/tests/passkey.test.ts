import { expect, test } from "vitest";
import { answered, bytes, text, toCreate, toGet } from "../src/passkey/wire";

const raw = (...all: number[]): ArrayBuffer => Uint8Array.from(all).buffer;

test("bytes go there and back, whatever their length and signs", () => {
  for (const all of [[], [0], [251, 239], [255, 254, 253], [62, 63, 64, 250, 255]])
    expect([...bytes(text(raw(...all)))]).toEqual(all);
  expect(text(raw(251, 255))).toBe("-_8");
});

test("options carry bytes where the browser wants bytes, and the rest as it was", () => {
  const made = toCreate({
    challenge: "AQI",
    user: { id: "Nw", name: "li" },
    rp: { id: "localhost" },
    excludeCredentials: [{ type: "public-key", id: "AwQ" }],
  });
  expect([...(made.challenge as Uint8Array)]).toEqual([1, 2]);
  expect(made.user.name).toBe("li");
  expect([...(made.user.id as Uint8Array)]).toEqual([55]);
  expect([...(made.excludeCredentials?.[0]?.id as Uint8Array)]).toEqual([3, 4]);
  expect(toGet({ challenge: "AQI" }).allowCredentials).toEqual([]);
});

test("an answer says what the server reads, and no user where the passkey names none", () => {
  const credential = {
    id: "AQI",
    rawId: raw(1, 2),
    type: "public-key",
    response: { clientDataJSON: raw(1), authenticatorData: raw(2), signature: raw(3), userHandle: null },
  } as unknown as PublicKeyCredential;
  expect(answered(credential)).toEqual({
    id: "AQI",
    rawId: "AQI",
    type: "public-key",
    response: { clientDataJSON: "AQ", authenticatorData: "Ag", signature: "Aw" },
    clientExtensionResults: {},
  });
});
