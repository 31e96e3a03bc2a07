"""Build divisions.csv out of the collected lists of divisions (see ATTRIBUTION.md).

Run once for every new list: `python -m fangxian.foundation.units.data.build_divisions FOLDER`,
where FOLDER holds china_divisions_2019_nbs.csv, sichuan_divisions_2023.csv and
sichuan_towns_2023.csv. The result is committed; nothing at run time reads FOLDER.
"""

import csv
import sys
from collections import Counter
from pathlib import Path

from pypinyin import Style, pinyin

LIST_DAY = "2019-10-31"  # the older list's own day: nothing is claimed about earlier days
HERE = Path(__file__).parent
COLUMNS = [
    "division", "code", "name_zh", "name_en", "short_zh", "short_en", "pinyin", "initials",
    "level", "parent", "valid_from", "valid_to", "verified", "source", "towns",
]  # fmt: skip

# (older code, newer code): the day the change counts from, whether the official text was read,
# and where the day comes from.
CHANGES = {
    ("510132", "510118"): ("2020-06-18", "false", "川府函〔2020〕127号"),
    ("513425", "513402"): ("2021-01-01", "false", "month only; day set to the first"),
}
PEOPLES = {"藏族": "Tibetan", "羌族": "Qiang", "彝族": "Yi"}
ENDINGS = (("自治州", "Autonomous Prefecture"), ("自治县", "Autonomous County"),
           ("省", "Province"), ("市", "City"), ("区", "District"), ("县", "County"))  # fmt: skip


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def syllables(name: str, spelt: str) -> list[str]:
    """Split a spelling into the syllables of its characters: 西安, xian -> xi an."""
    if not name:
        return [] if not spelt else ["?"]
    for reading in pinyin(name[0], style=Style.NORMAL, heteronym=True)[0]:
        if spelt.startswith(reading):
            rest = syllables(name[1:], spelt[len(reading) :])
            if "?" not in rest:
                return [reading, *rest]
    return ["?"]


def spell(parts: list[str]) -> str:
    """Join syllables as Chinese place names are written: da an -> Da'an."""
    word = parts[0]
    for part in parts[1:]:
        word += ("'" if part[0] in "aoe" else "") + part
    return word.capitalize()


def english(name: str, parts: list[str]) -> tuple[str, str]:
    """The English name and its short form: 北川羌族自治县 -> Beichuan Qiang Autonomous County."""
    ending, word = next(pair for pair in ENDINGS if name.endswith(pair[0]))
    stem = name.removesuffix(ending)
    peoples: list[str] = []
    while len(stem) > 2 and stem[-2:] in PEOPLES:
        peoples.insert(0, PEOPLES[stem[-2:]])
        stem = stem[:-2]
    short = spell(parts[: len(stem)])
    return " ".join([short, " and ".join(peoples), word]).replace("  ", " "), short


def short_chinese(name: str) -> str:
    """锦江区 -> 锦江; 泸县 and 市中区 stay, being no names without their ending."""
    ending = next(pair[0] for pair in ENDINGS if name.endswith(pair[0]))
    stem = name.removesuffix(ending)
    for people in sorted(PEOPLES, key=len):
        stem = stem.replace(people, "") if ending.startswith("自治") else stem
    if ending == "自治州":
        return stem + "州"
    return name if len(stem) == 1 or stem == "市中" else stem


def described(row: dict[str, str]) -> dict[str, str]:
    parts = syllables(row["name_zh"], row["name_pinyin"].lower())
    if "?" in parts:
        raise SystemExit(f"cannot split the spelling of {row['name_zh']}: {row['name_pinyin']}")
    name_en, short_en = english(row["name_zh"], parts)
    return {
        "division": row["code"], "code": row["code"], "name_zh": row["name_zh"],
        "name_en": name_en, "short_zh": short_chinese(row["name_zh"]), "short_en": short_en,
        "pinyin": "".join(parts), "initials": "".join(part[0] for part in parts),
        "level": row["level"], "parent": row["parent_code"], "valid_from": LIST_DAY,
        "valid_to": "", "verified": "true", "source": "NBS 2019-10-31; NBS 2023-06-30", "towns": "",
    }  # fmt: skip


def build(folder: Path) -> list[dict[str, str]]:
    older = {row["code"]: row for row in read(folder / "china_divisions_2019_nbs.csv")}
    towns = Counter(row["county_code"] for row in read(folder / "sichuan_towns_2023.csv"))
    rows = []
    for row in read(folder / "sichuan_divisions_2023.csv"):
        newer = described(row) | {"towns": str(towns[row["code"]] or "")}
        for (before, after), (day, verified, source) in CHANGES.items():
            if after == row["code"]:
                past = described(older[before]) | {"division": after, "towns": newer["towns"]}
                rows.append(past | {"valid_to": day})
                newer |= {"valid_from": day, "verified": verified, "source": source}
        rows.append(newer)
    return sorted(rows, key=lambda row: (row["division"], row["valid_from"]))


def main() -> None:
    rows = build(Path(sys.argv[1]))
    with (HERE / "divisions.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
