"""The invented names: readable in both languages, and plainly no real school or person."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from fangxian.foundation.units.divisions import Division

SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
DIGITS: Final = "一二三四五六七八九"
SPELT: Final = ("yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in both languages with its spelling for search."""

    zh: str
    en: str
    pinyin: str
    initials: str


#: stage -> how a school of it is called: Chinese, English, pinyin, initials, its head's title
STAGE_WORDS: Final = {
    "kindergarten": ("幼儿园", "Kindergarten", "youeryuan", "yey", "园长"),
    "primary": ("小学", "Primary School", "xiaoxue", "xx", "校长"),
    "nine_year": ("九年制学校", "Nine-Year School", "jiunianzhixuexiao", "jnzxx", "校长"),
    "junior": ("初级中学", "Junior Secondary School", "chujizhongxue", "cjzx", "校长"),
    "complete_secondary": ("完全中学", "Secondary School", "wanquanzhongxue", "wqzx", "校长"),
    "senior": ("高级中学", "Senior Secondary School", "gaojizhongxue", "gjzx", "校长"),
    "vocational": ("职业中学", "Vocational School", "zhiyezhongxue", "zyzx", "校长"),
    "special": ("特殊教育学校", "Special Education School", "teshujiaoyuxuexiao", "tsjyxx", "校长"),
    "university": ("大学", "University", "daxue", "dx", "校长"),
    "college": ("职业学院", "Vocational College", "zhiyexueyuan", "zyxy", "院长"),
    "training": ("培训机构", "Training Institution", "peixunjigou", "pxjg", "主任"),
}


def school_name(stage: str, number: int, county: Division) -> Name:
    """示例第0412小学（锦江）: numbered within the province, so unique."""
    zh, en, pinyin, initials, _title = STAGE_WORDS[stage]
    digits = f"{number:04d}"
    spelt, first = county.spelt_short
    return Name(
        f"示例第{digits}{zh}（{county.short_zh}）",
        f"Sample {en} No. {digits} ({county.short_en})",
        f"shilidi{digits}{pinyin}{spelt}",
        f"sld{digits}{initials}{first}",
    )


def part_name(whole: Name, number: int, *, campus: bool) -> Name:
    """A teaching point of a centre school, or a campus of a university."""
    zh, en, pinyin, initials = (
        ("校区", "Campus", "xiaoqu", "xq")
        if campus
        else ("教学点", "Teaching Point", "jiaoxuedian", "jxd")
    )
    return Name(
        f"{whole.zh}第{number}{zh}",
        f"{whole.en}, {en} {number}",
        f"{whole.pinyin}di{number}{pinyin}",
        f"{whole.initials}d{number}{initials}",
    )


#: stage -> the grade of its first year
FIRST_GRADE: Final = {
    "kindergarten": -3, "primary": 1, "nine_year": 1, "junior": 7, "complete_secondary": 7,
    "senior": 10, "vocational": 10, "special": 1, "university": 13,
}  # fmt: skip


def _years(first: int, last: int) -> list[tuple[str, Name]]:
    """School years as 三年级 / Grade 3, with the two digits of their groups' codes."""
    return [
        (
            f"{year:02d}",
            Name(f"{DIGITS[year - 1]}年级", f"Grade {year}", f"{SPELT[year - 1]}nianji",
                 f"{SPELT[year - 1][0]}nj"),
        )
        for year in range(first, last + 1)
    ]  # fmt: skip


_SENIOR: Final = [
    (f"{year + 9:02d}",
     Name(f"高{DIGITS[year - 1]}", f"Senior {year} ", f"gao{SPELT[year - 1]}",
          f"g{SPELT[year - 1][0]}"))
    for year in (1, 2, 3)
]  # fmt: skip
_NURSERY: Final = [
    ("01", Name("小", "Lower Kindergarten", "xiao", "x")),
    ("02", Name("中", "Middle Kindergarten", "zhong", "z")),
    ("03", Name("大", "Upper Kindergarten", "da", "d")),
]
#: stage -> its years
YEARS: Final = {
    "kindergarten": _NURSERY,
    "primary": _years(1, 6),
    "nine_year": _years(1, 9),
    "junior": _years(7, 9),
    "complete_secondary": _years(7, 9) + _SENIOR,
    "senior": _SENIOR,
    "vocational": _years(1, 3),
    "special": _years(1, 9),
    "university": _years(1, 4),
    "training": [("01", Name("", "", "", ""))],
}


@cache
def class_name(stage: str, year: int, number: int) -> tuple[str, Name]:
    """The code's ending and the name of a group of pupils: 0302, 三年级2班 / Grade 3 Class 2."""
    digits, grade = YEARS[stage][year]
    zh, en, pinyin, initials = f"{number}班", f"Class {number}", f"{number}ban", f"{number}b"
    if stage == "university":
        zh, en = f"辅导员第{number}组", f"Counsellor Group {number}"
        pinyin, initials = f"fudaoyuandi{number}zu", f"fdyd{number}z"
    elif stage == "vocational" and year == 2:
        zh, en = f"实习第{number}组", f"Interns Group {number}"
        pinyin, initials = f"shixidi{number}zu", f"sxd{number}z"
    name = Name(
        grade.zh + zh,
        f"{grade.en.strip()} {en}".strip(),
        grade.pinyin + pinyin,
        grade.initials + initials,
    )
    return f"{digits}{number:02d}", name


@cache
def mixed_class(number: int) -> tuple[str, Name]:
    """A multigrade class of a teaching point: two years in one room."""
    low, high = 2 * number - 2, 2 * number - 1
    return f"{number:02d}", Name(
        f"{DIGITS[low]}{DIGITS[high]}年级复式班",
        f"Grades {low + 1} and {high + 1} Multigrade Class",
        f"{SPELT[low]}{SPELT[high]}nianjifushiban",
        f"{SPELT[low][0]}{SPELT[high][0]}njfsb",
    )


@cache
def staff_group(number: int) -> tuple[str, Name]:
    """A group of staff: 教职工第1组."""
    name = Name(f"教职工第{number}组", f"Staff Group {number}", f"jiaozhigongdi{number}zu",
                f"jzgd{number}z")  # fmt: skip
    return f"T{number:02d}", name


@cache
def contractor_group(number: int, *, guards: bool) -> tuple[str, Name]:
    """People of other firms who work at the school: canteen, guards and cleaning."""
    ending = str(number) if number > 1 else ""
    if guards:
        name = Name(f"安保保洁外包人员{ending}", f"Guards and Cleaners {ending}".strip(),
                    f"anbaobaojiewaibaorenyuan{ending}", f"abbjwbry{ending}")  # fmt: skip
        return f"G{number:02d}", name
    name = Name(f"食堂外包人员{ending}", f"Canteen Contractors {ending}".strip(),
                f"shitangwaibaorenyuan{ending}", f"stwbry{ending}")  # fmt: skip
    return f"C{number:02d}", name


def person(number: int, title: str) -> str:
    """Somebody in charge who does not exist: 王老师（示例）."""
    return f"{SURNAMES[number % len(SURNAMES)]}{title}（示例）"


def phone(number: int) -> str:
    """A number that cannot be dialled: no subscriber's number starts with 000."""
    return f"000{number % 100_000_000:08d}"
