"""How good the data are: counted over a whole file, with the rows behind every number."""

from plumbline.assurance.quality.alike import Alike
from plumbline.assurance.quality.report import Lost, Measure, Quality, Spelling, conclude, suspects_of
from plumbline.assurance.quality.tally import Tally, tally_batch

__all__ = [
    "Alike",
    "Lost",
    "Measure",
    "Quality",
    "Spelling",
    "Tally",
    "conclude",
    "suspects_of",
    "tally_batch",
]
