"""A document to print. Its Chinese needs no font of ours: every reader knows STSong-Light."""

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from fangxian.exchange.exports.content.tables import Cell, Content, Table
from fangxian.exchange.exports.writing.marks import PROGRAM, Mark

SONG = "STSong-Light"
UNKNOWN = "—"
MARGIN = 36.0
#: signs that the font's table of characters lacks, and those that look like them
KNOWN = str.maketrans({"·": "・", "–": "—", "•": "*"})
#: tables of more rows are laid out piece by piece
PIECE = 200


def write_pdf(path: Path, content: Content, mark: Mark) -> None:
    """Write the tables on pages, each with the mark across it and at its foot."""
    # Only for who takes a document out: it is dear to import.
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import (
        PageBreak,
        Paragraph,
        SimpleDocTemplate,
        Spacer,
    )

    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    page = landscape(A4)
    document = SimpleDocTemplate(
        str(path), pagesize=page, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN,
        bottomMargin=MARGIN + 10, title=content.title, author=mark.who, creator=PROGRAM,
        subject=mark.text, keywords=[mark.code],
    )  # fmt: skip
    plain = ParagraphStyle("plain", fontName=SONG, fontSize=8, leading=11, wordWrap="CJK")
    title = ParagraphStyle("title", parent=plain, fontSize=15, leading=22)
    warning = ParagraphStyle("warning", parent=plain, textColor="#B42318")
    story: list[Any] = []
    for number, table in enumerate(content.tables):
        if number:
            story.append(PageBreak())
        story.append(Paragraph(_plain(content.title), title))
        story += [Paragraph(_plain(line), plain) for line in content.lines]
        story += [Paragraph(_plain(line), warning) for line in (mark.text, mark.note) if line]
        story.append(Spacer(1, 8))
        story += _laid_out(table, plain, page[0] - 2 * MARGIN)

    def marked(canvas: Any, _document: Any) -> None:
        _mark_page(canvas, mark, page)

    document.build(story, onFirstPage=marked, onLaterPages=marked)
    path.chmod(0o600)


def _laid_out(table: Table, style: Any, width: float) -> list[Any]:
    """The table in pieces that each repeat the heads."""
    from reportlab.lib import colors
    from reportlab.platypus import LongTable, Paragraph

    whole = sum(share for _head, share in table.heads)
    widths = [width * share / whole for _head, share in table.heads]
    heads = [Paragraph(f"<b>{_plain(head)}</b>", style) for head, _share in table.heads]
    looks = [
        ("GRID", (0, 0), (-1, -1), 0.25, colors.HexColor("#98A2B3")),
        ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#F2F4F7")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]
    rows = [[Paragraph(_plain(_said(cell)), style) for cell in cells] for cells in table.rows]
    return [
        LongTable([heads, *rows[start : start + PIECE]], colWidths=widths, repeatRows=1,
                  style=looks)
        for start in range(0, max(1, len(rows)), PIECE)
    ]  # fmt: skip


def _plain(text: str) -> str:
    """A text as a paragraph takes it, with signs that the font knows."""
    return escape(text.translate(KNOWN))


def _said(cell: Cell) -> str:
    if cell is None:
        return UNKNOWN
    return f"{cell:,}" if isinstance(cell, int | float) else cell


def _mark_page(canvas: Any, mark: Mark, page: tuple[float, float]) -> None:
    """The exporter across the page, pale; the mark and the page's number at its foot."""
    wide, high = page
    canvas.saveState()
    canvas.setFont(SONG, 20)
    canvas.setFillGray(0.55, 0.35)
    canvas.translate(wide / 2, high / 2)
    canvas.rotate(24)
    for line in (-1, 0, 1):
        canvas.drawCentredString(0, line * high / 3, mark.text.translate(KNOWN))
    canvas.restoreState()
    canvas.saveState()
    canvas.setFont("Helvetica", 8)
    canvas.drawString(MARGIN, MARGIN / 2, mark.code)
    canvas.drawRightString(wide - MARGIN, MARGIN / 2, str(canvas.getPageNumber()))
    canvas.restoreState()
