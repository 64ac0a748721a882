"""The flight simulator: a closed-loop B2B funnel with known truth. It never reads outside data."""

from plumbline.simulate.choosers import arrival_order, newest_first, random_order
from plumbline.simulate.market import make_market
from plumbline.simulate.observed import Observed
from plumbline.simulate.reviews import review
from plumbline.simulate.settings import Fault, FaultKind, Forms, Readers, Response, Settings, Team
from plumbline.simulate.truth import Truth, truth_of
from plumbline.simulate.world import Chooser, World, begin, fly, look, simulate, step
from plumbline.simulate.write import DEMO, demo, write, write_leads_csv

__all__ = [
    "DEMO",
    "Chooser",
    "Fault",
    "FaultKind",
    "Forms",
    "Observed",
    "Readers",
    "Response",
    "Settings",
    "Team",
    "Truth",
    "World",
    "arrival_order",
    "begin",
    "demo",
    "fly",
    "look",
    "make_market",
    "newest_first",
    "random_order",
    "review",
    "simulate",
    "step",
    "truth_of",
    "write",
    "write_leads_csv",
]
