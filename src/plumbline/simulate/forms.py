"""What becomes of tidy answers in a real form: left out, misspelled, in the wrong box, as a range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from plumbline.simulate.calibrate import eagerness
from plumbline.simulate.duplicates import TYPO
from plumbline.simulate.streams import Dice
from plumbline.simulate.words import countries, pick, pick_from, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from plumbline.simulate.calibrate import Levels
    from plumbline.simulate.settings import Forms, Settings
    from plumbline.simulate.streams import Streams

DROP_DOWNS: Final = ("Industry", "Country", "Timeframe", "Budget", "Current Tool", "How Did You Hear")
NUMBERS: Final = ("Employees", "Annual Revenue", "Field Crew Size")
TYPED: Final = ("First Name", "Last Name", "Company", "Job Title", "City")
_TYPED_BLANKS: Final = ("N/A", "-", "n/a", "unknown", "none", "?", "TBD", ".")
_SELECTS: Final = ("Select", "Select", "- Please select -", "Choose...", "N/A")
#: Words that stand where nothing was answered.
BLANKS: Final = tuple(sorted({*_TYPED_BLANKS, *_SELECTS}))
_UNREADABLE: Final = ("a few", "lots", "see website", "3 sites", "12O", "growing", "many", "depends")
_STEPS: Final = np.array([1, 11, 51, 201, 501, 1001, 5001, 10001, 10**12])


def spoil(
    settings: Settings, streams: Streams, leads: pl.DataFrame, codes: pl.DataFrame, level: Levels
) -> pl.DataFrame:
    """The export as it really looks. Columns not named in ``forms`` stay as they are."""
    forms = settings.forms
    dice = Dice(streams.under("forms"), codes["key"].to_numpy())
    leads = _country(forms, dice, leads)
    leads = leads.with_columns(_number(forms, dice, leads[name]) for name in NUMBERS)
    leads = leads.with_columns(_spelling(forms, dice, leads[name]) for name in TYPED)
    leads = _repeated_with_typo(leads, codes, dice)
    leads = _email(forms, dice, _wrong_column(forms, dice, leads))
    reluctance = _reluctance(codes, forms.missing_slope, level.eagerness)
    return leads.with_columns(
        _leave_out(forms, dice, leads[name], share * reluctance) for name, share in forms.missing.items()
    )


def _reluctance(codes: pl.DataFrame, slope: float, middle: float) -> NDArray[np.float64]:
    """Factor on every missing share, with mean 1: above it for the uninterested."""
    return np.clip(1 - slope * (eagerness(codes["intent"].to_numpy()) - middle), 0, None)


def _leave_out(forms: Forms, dice: Dice, cell: pl.Series, share: NDArray[np.float64]) -> pl.Series:
    left_out = dice.below(f"missing {cell.name}", share)
    word = pick(_SELECTS if cell.name in DROP_DOWNS else _TYPED_BLANKS, dice.index(f"blank {cell.name}"))
    word = word.zip_with(dice.below(f"word {cell.name}", forms.blank_words), _nothing(cell))
    return cell.zip_with(~left_out, word).alias(cell.name)


def _nothing(cell: pl.Series) -> pl.Series:
    return pl.Series([None], dtype=pl.String).extend_constant(None, cell.len() - 1) if cell.len() else cell


def _country(forms: Forms, dice: Dice, leads: pl.DataFrame) -> pl.DataFrame:
    """Some write their country in their own way."""
    written = [table("places")[name]["written"] for name in countries()]
    tidy = [entry[0] for entry in written]
    index = leads["Country"].replace_strict(tidy, list(range(len(tidy))), return_dtype=pl.Int64).to_numpy()
    own = pick_from(written, index, dice.index("country"))
    return leads.with_columns(
        leads["Country"].zip_with(~dice.below("own country", forms.written_country), own)
    )


def _number(forms: Forms, dice: Dice, cell: pl.Series) -> pl.Series:
    """Numbers as ranges, with separators, as a guess, or not as a number at all."""
    lot = dice.uniform(f"number {cell.name}")
    value = cell.cast(pl.Int64)
    ranged = cell.name != "Annual Revenue"
    edges = np.searchsorted(_STEPS, value.to_numpy(), side="right") - 1
    low, high = (pl.Series(_STEPS[edges + k] - k).cast(pl.String) for k in (0, 1))
    frame = pl.DataFrame({"v": cell, "low": low, "high": high, "lot": lot})
    band = (
        pl.when(pl.col("low") == "10001")
        .then(pl.lit("10,000+"))
        .otherwise(pl.concat_str("low", pl.lit("-"), "high"))
    )
    commas = pl.col("v").str.replace(r"^(\d+)(\d{3})$", "$1,$2").str.replace(r"^(\d+)(\d{3}),", "$1,$2,")
    unreadable = pick(_UNREADABLE, dice.index(f"unreadable {cell.name}"))
    kinds = forms.ranges
    written = (
        pl.when(pl.col("lot") < kinds * 0.5).then(band if ranged else commas)
        .when(pl.col("lot") < kinds * 0.8).then(commas)
        .when(pl.col("lot") < kinds).then(pl.concat_str(pl.lit("~"), "v"))
        .when(pl.col("lot") > 1 - forms.unreadable).then(pl.lit(unreadable))
        .otherwise("v")
    )  # fmt: skip
    return frame.select(written).to_series().alias(cell.name)


def _spelling(forms: Forms, dice: Dice, cell: pl.Series) -> pl.Series:
    """Capitals, spaces and swapped letters."""
    lot = dice.uniform(f"case {cell.name}")
    frame = pl.DataFrame(
        {
            "v": _swapped(
                cell, dice.index(f"typo place {cell.name}"), dice.below(f"typo {cell.name}", forms.typos)
            ),
            "lot": lot,
        }
    )
    cased = (
        pl.when(pl.col("lot") < forms.casing / 3).then(pl.col("v").str.to_uppercase())
        .when(pl.col("lot") < forms.casing).then(pl.col("v").str.to_lowercase())
        .when(pl.col("lot") > 1 - forms.spaces / 2).then(pl.concat_str(pl.lit(" "), "v", pl.lit("  ")))
        .when(pl.col("lot") > 1 - forms.spaces).then(pl.col("v").str.replace(" ", "  "))
        .otherwise("v")
    )  # fmt: skip
    return frame.select(cased).to_series().alias(cell.name)


def _swapped(cell: pl.Series, place: NDArray[np.int64], where: pl.Series) -> pl.Series:
    """Two neighbouring letters change places in the chosen cells."""
    frame = pl.DataFrame({"v": cell, "place": pl.Series(place).cast(pl.UInt32), "where": where})
    at = 1 + pl.col("place") % (pl.col("v").str.len_chars() - 2).clip(1)
    text = pl.col("v")
    turned = pl.concat_str(
        text.str.slice(0, at), text.str.slice(at + 1, 1), text.str.slice(at, 1), text.str.slice(at + 2)
    )
    return frame.select(
        pl.when(pl.col("where") & (text.str.len_chars() > 3)).then(turned).otherwise("v")
    ).to_series()


def _repeated_with_typo(leads: pl.DataFrame, codes: pl.DataFrame, dice: Dice) -> pl.DataFrame:
    """A repetition of the kind *typo* misspells the surname or the address; the name of the domain stays."""
    typo = codes["likeness"] == TYPO
    in_name = dice.below("typo in name", 0.5)
    address = leads["Email"].str.split("@")
    local = _swapped(address.list.get(0), dice.index("typo local"), typo & ~in_name)
    email = pl.select(pl.concat_str(pl.lit(local), pl.lit("@"), pl.lit(address.list.get(1)))).to_series()
    last = _swapped(leads["Last Name"], dice.index("typo surname"), typo & in_name)
    return leads.with_columns(email.alias("Email"), last.alias("Last Name"))


def _wrong_column(forms: Forms, dice: Dice, leads: pl.DataFrame) -> pl.DataFrame:
    """Title and company change places; a few put the company into the industry box."""
    swap, other = (
        dice.below("wrong column", forms.wrong_column),
        dice.below("wrong industry", forms.wrong_column),
    )
    return leads.with_columns(
        leads["Job Title"].zip_with(~swap, leads["Company"]),
        leads["Company"].zip_with(~swap, leads["Job Title"]),
        leads["Industry"].zip_with(~other, leads["Company"]),
    )


def _email(forms: Forms, dice: Dice, leads: pl.DataFrame) -> pl.DataFrame:
    """Addresses that cannot be one, and capitals in some that can."""
    lot = pl.Series(dice.uniform("email"))
    text = pl.col("Email")
    spoiled = (
        pl.when(lot < forms.bad_email * 0.4).then(text.str.replace("@", "", literal=True))
        .when(lot < forms.bad_email * 0.7).then(text.str.replace("@", " @ ", literal=True))
        .when(lot < forms.bad_email).then(text.str.replace("@", "@@", literal=True))
        .when(lot > 1 - forms.casing).then(text.str.to_titlecase())
        .otherwise(text)
    )  # fmt: skip
    return leads.with_columns(spoiled)
