"""The doctor's page on paper: A4, a language a sheet, flowing on where it is long."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import groupby

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from finder.checklist.forms.glyphs import GETA, JAPANESE, LATIN, LATIN_BOLD, printable
from finder.checklist.forms.page_parts import prepared, title_of
from finder.checklist.forms.readable import on_one_line
from finder.checklist.forms.sheets import (
    MARGIN,
    SHEET_WIDTH,
    TEXT_WIDTH,
    Piece,
    Sheet,
    flow,
)
from finder.checklist.forms.summary_rows import LABELS_AT, VALUES_AT, WARNING_INSET, rows_of_page
from finder.checklist.forms.typesetting import Style, TypeLine, shortened
from finder.checklist.forms.wording import CANNOT_BE_PRINTED
from finder.checklist.page import Page

# Points. The first size at which a page fits one sheet is taken; what fits at none flows on.
SIZES = (10.0, 9.5, 9.0, 8.5, 8.25)
SIZE_OF_LONG_PAGES = 9.5
FOOT = Style(7.5, grey=0.25)
FOOT_AT, FOOT_RULE_AT = 26.0, 38.0
# Where labels stand, from the margin.
LABELS_OF = {"title": 0.0, "note": 0.0, "warning": WARNING_INSET, "line": LABELS_AT}
# How far under the top of a line its baseline is, in leadings.
BASELINE = 0.78
# How thick the outline is that makes the Japanese font bold, in sizes.
BOLD_STROKE = 0.028


def summary_pdf(pages: Sequence[Page]) -> bytes:
    """The pages as a PDF, each from a new sheet; the same bytes for the same pages.

    Raises :class:`ValueError` where there is no page.
    """
    title = printable(on_one_line(title_of(pages)))
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=True, lang=pages[0].language)
    canvas.setTitle(title)
    for unstated in (canvas.setAuthor, canvas.setSubject, canvas.setCreator, canvas.setKeywords):
        unstated("")
    for page in pages:
        sheets = _sheets(page)
        for number, sheet in enumerate(sheets, start=1):
            _draw_sheet(canvas, sheet)
            _draw_foot(canvas, page, sheet, f"{number}/{len(sheets)}")
            canvas.showPage()
    canvas.save()
    return file.getvalue()


def _sheets(page: Page) -> tuple[Sheet, ...]:
    for size in SIZES:
        sheets = flow(rows_of_page(page, size))
        if len(sheets) == 1:
            return sheets
    return flow(rows_of_page(page, SIZE_OF_LONG_PAGES))


def _draw_sheet(canvas: Canvas, sheet: Sheet) -> None:
    for kind, same in groupby(sheet, lambda piece: piece.row.kind):
        pieces = list(same)
        if kind == "warning":
            _draw_warning_box(canvas, pieces)
        for piece in pieces:
            _draw_rule(canvas, piece)
            _draw_piece(canvas, piece)


def _draw_warning_box(canvas: Canvas, pieces: Sequence[Piece]) -> None:
    inset = 6.0
    top = pieces[0].top - (pieces[0].row.before - inset if pieces[0].begins else 0)
    bottom = pieces[-1].bottom + (inset if pieces[-1].row.after else 0)
    canvas.setFillGray(0)
    canvas.setStrokeGray(0)
    canvas.setLineWidth(1.2)
    canvas.rect(MARGIN, bottom, TEXT_WIDTH, top - bottom)
    canvas.rect(MARGIN, bottom, inset, top - bottom, fill=1)


def _draw_rule(canvas: Canvas, piece: Piece) -> None:
    """Above a block a rule across the sheet; above its other rows one from their label on."""
    if piece.block:
        _rule(canvas, piece.top, width=0.7, grey=0)
    elif piece.row.kind == "line":
        _rule(canvas, piece.top, width=0.3, grey=0.65, start=LABELS_AT)


def _rule(canvas: Canvas, y: float, width: float, grey: float, start: float = 0) -> None:
    canvas.setLineWidth(width)
    canvas.setStrokeGray(grey)
    canvas.line(MARGIN + start, y, SHEET_WIDTH - MARGIN, y)


def _draw_piece(canvas: Canvas, piece: Piece) -> None:
    """The block's label, all label lines and then all values, to be read out in this order."""
    row = piece.row
    top = piece.top - (row.before if piece.begins else 0)
    shown = slice(piece.first, piece.last)
    for lines, x in (
        (piece.block, 0.0),
        (row.labels[shown], LABELS_OF[row.kind]),
        (row.values[shown], VALUES_AT),
    ):
        for index, line in enumerate(lines):
            _draw_line(canvas, line, MARGIN + x, top - index * row.leading, row.leading)


def _draw_line(canvas: Canvas, line: TypeLine, x: float, top: float, leading: float) -> None:
    if not line.runs:
        return
    text = canvas.beginText(x + line.indent, top - leading * BASELINE)
    for run in line.runs:
        made_bold = run.style.bold and run.font not in (LATIN, LATIN_BOLD)
        text.setFont(run.font, run.style.size)
        text.setFillGray(run.style.grey)
        text.setStrokeGray(run.style.grey)
        text.setTextRenderMode(2 if made_bold else 0)
        text.textOut(run.text)
    text.setTextRenderMode(0)
    canvas.setLineWidth(line.runs[0].style.size * BOLD_STROKE)
    canvas.drawText(text)


def _draw_foot(canvas: Canvas, page: Page, sheet: Sheet, number: str) -> None:
    numbered = shortened(number, FOOT, TEXT_WIDTH)
    room = TEXT_WIDTH - numbered.width - 20
    words = f"{page.title}  ·  {prepared(page)}"
    if any(_has_geta(piece) for piece in sheet):
        words += f"  ·  {CANNOT_BE_PRINTED.in_language(page.language)}"
    _rule(canvas, FOOT_RULE_AT, width=0.3, grey=0.5)
    leading = FOOT.size * 1.2
    _draw_line(canvas, shortened(words, FOOT, room), MARGIN, FOOT_AT + leading, leading)
    x = SHEET_WIDTH - MARGIN - numbered.width
    _draw_line(canvas, numbered, x, FOOT_AT + leading, leading)


def _has_geta(piece: Piece) -> bool:
    lines: Iterable[TypeLine] = (*piece.block, *piece.row.labels, *piece.row.values)
    return any(run.font == JAPANESE and GETA in run.text for line in lines for run in line.runs)
