"""What each actor may see. Doors read leads, standings and reviews through ``visible_to`` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from plumbline.domain.permissions import Perm

if TYPE_CHECKING:
    from plumbline.app.actors import Actor


class _Visible(models.QuerySet):  # type: ignore[type-arg]
    """Rows of the actor's teams; ``team`` is the way to the team."""

    team = "team"
    perm = Perm.LEAD_READ

    def visible_to(self, actor: Actor) -> Self:
        """The rows that are for this actor; none without the permission to read them."""
        if not actor.may(self.perm):
            return self.none()
        if actor.sees_all:
            return self
        return self.filter(**{f"{self.team}__in": actor.teams})


class LeadQuery(_Visible):
    """Leads belong to the team they stand with."""

    team = "standing__team"


class StandingQuery(_Visible):
    """Standings belong to their team."""


class ReviewQuery(_Visible):
    """Reviews belong to the team they were put to."""

    perm = Perm.REVIEW_READ
