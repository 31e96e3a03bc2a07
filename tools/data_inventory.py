"""`python -m tools.data_inventory`: write docs/data-inventory.md; `--check` says whether it is
what the code and the norms say now."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fangxian.norms import Retention, Term

PAGE = Path(__file__).resolve().parents[1] / "docs" / "data-inventory.md"
CLASSES = {"health": "健康 health", "personal": "个人 personal", "public": "非个人 public"}
THEN = {
    "delete": "删除 deleted by the daily job",
    "anonymise": "去标识，保留数字 made anonymous by the daily job",
    "with": "随所属记录 with its record",
    "program": "由使用它的模块删除 removed by the part that uses it",
    "operator": "由运维人员按命令清除 let go of by whoever runs the installation",
    "stays": "保留 stays",
}
#: the document in force from this day on is the one printed
NEWEST = date(9999, 12, 30)


def main() -> int:
    """Write the page, or with --check tell whether it is stale."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fangxian.config.settings")
    import django

    django.setup(set_prefix=False)
    text = "\n".join(page()) + "\n"
    if "--check" not in sys.argv:
        PAGE.write_text(text, "utf-8")
        return 0
    fresh = PAGE.exists() and PAGE.read_text("utf-8") == text
    print("inventory: fine" if fresh else "docs/data-inventory.md is stale: make inventory")
    return 0 if fresh else 1


def page() -> Iterator[str]:
    """The page, line by line."""
    from fangxian.norms import retention_on

    norms = retention_on(NEWEST)
    yield "# 数据清单 · Data inventory"
    yield ""
    yield "由 `make inventory` 根据代码与 `norms/documents/retention` 生成，请勿手改。"
    yield "Made by `make inventory` from the code and `norms/documents/retention`; not by hand."
    yield ""
    yield f"**{norms.title.zh}** · {norms.title.en} ({norms.effective_from})  "
    yield f"{norms.source.zh}  "
    yield norms.source.en
    yield from _grounds(norms)
    yield from _purposes(norms)
    yield from _terms(norms)
    yield from _rooms(norms)


def _grounds(norms: Retention) -> Iterator[str]:
    yield ""
    yield "## 法律依据 · Legal grounds"
    yield ""
    yield "“未核对”：尚未与正式文本核对。"
    yield "*unverified*: nobody has compared it with the official text."
    yield ""
    yield "| | 文件 document | 条款 article | 施行 in force | |"
    yield "|---|---|---|---|---|"
    for code, one in norms.grounds.items():
        until = f" – {one.effective_to}" if one.effective_to else ""
        mark = "" if one.verified else "未核对 unverified"
        yield (
            f"| `{code}` | {one.title.zh}（{one.issuer}）<br>{one.title.en} "
            f"| {one.article.zh}<br>{one.article.en} | {one.effective_from}{until} | {mark} |"
        )


def _purposes(norms: Retention) -> Iterator[str]:
    yield ""
    yield "## 处理目的 · Purposes"
    yield ""
    yield "| | 目的 purpose | 依据 grounds |"
    yield "|---|---|---|"
    for code, one in norms.purposes.items():
        grounds = ", ".join(f"`{ground}`" for ground in one.grounds) or "—"
        yield f"| `{code}` | {one.words.zh}<br>{one.words.en} | {grounds} |"


def _length(term: Term) -> str:
    months, days = term.months, term.days
    if months is not None:
        return f"{months} 个月 months"
    if days is not None:
        return f"{days} 天 days"
    return "—"


def _terms(norms: Retention) -> Iterator[str]:
    yield ""
    yield "## 保存期限 · Terms"
    yield ""
    yield "| | 内容 what | 期限 term | 起算 counted from | 到期 then |"
    yield "|---|---|---|---|---|"
    for code, one in norms.terms.items():
        since = f"{one.since.zh}<br>{one.since.en}" if one.since.zh else "—"
        yield (
            f"| `{code}` | {one.words.zh}<br>{one.words.en} | {_length(one)} | {since} "
            f"| {THEN[one.then]} |"
        )


def _rooms(norms: Retention) -> Iterator[str]:
    from fangxian.foundation.retention.inventory import entries

    room = table = ""
    for one in entries():
        if one.room != room:
            room = one.room
            yield ""
            yield f"## `{room}`"
        if one.table != table:
            table = one.table
            yield ""
            yield f"### `{table}`"
            yield ""
            if one.about:
                yield one.about
                yield ""
            yield "| 字段 fields | 类别 class | 目的 purpose | 期限 term | 谁可见 seen by |"
            yield "|---|---|---|---|---|"
        handling = one.handling
        purpose = norms.purposes[handling.purpose].words
        term = norms.terms[handling.kept]
        seen = norms.audiences[handling.seen_by]
        names = " ".join(f"`{name}`" for name in one.names)
        yield (
            f"| {names} | {CLASSES[one.sensitivity]} | {purpose.zh}<br>{purpose.en} "
            f"| `{handling.kept}` {_length(term)} | {seen.zh}<br>{seen.en} |"
        )


if __name__ == "__main__":
    sys.exit(main())
