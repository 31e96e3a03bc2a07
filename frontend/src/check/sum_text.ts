import { isHome, type App, type View } from "./app";
import { homeSums } from "./home";
import { sums } from "./school";

/** The sums of an answer in a line: of the one being entered, or of one on the server. */
export function sumText(app: App, answer: Pick<View, "school" | "home">): string {
  return isHome(app.page) ? homeText(app, answer.home) : schoolText(app, answer.school);
}

function homeText({ page, t }: App, home: View["home"]): string {
  const total = homeSums(page, home);
  if (!total) return "";
  const { well, ill, notReached } = total;
  return t("sum_home", { well, ill, not_reached: notReached, enrolled: home.enrolled });
}

function schoolText({ t }: App, school: View["school"]): string {
  const total = sums(school);
  if (!total) return "";
  const { present, absent, notKnown, enrolled, symptomatic } = total;
  const sum = t("sum", { present, absent, not_known: notKnown, enrolled });
  return symptomatic ? `${sum} · ${t("sum_symptomatic", { n: symptomatic })}` : sum;
}
