"""Writing an export's content into a file that says on every page whose copy it is."""

from fangxian.exchange.exports.writing.marks import Mark
from fangxian.exchange.exports.writing.pdf import write_pdf
from fangxian.exchange.exports.writing.xlsx import write_xlsx

__all__ = ["Mark", "write_pdf", "write_xlsx"]
