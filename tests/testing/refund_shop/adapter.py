"""How the shop is tested against its spec: events become calls, and what can be seen is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from fsm.testing import Refused
from tests.testing.refund_shop.shop import NoAnswer, NotAllowed, Shop

TICKETS = (0, 1)
NO_PAGE = -1


class ShopAdapter:
    """The merchant's open pages are kept here, as a browser would keep them."""

    _make: type[Shop] = Shop

    def __init__(self) -> None:
        self._shop = self._make()
        self._pages: dict[int, int] = {}

    def apply(self, index: int, amount: int) -> None:
        with _refusals():
            self._shop.apply(index, amount)

    def modify(self, index: int) -> None:
        with _refusals():
            self._shop.modify(index)

    def withdraw(self, index: int) -> None:
        with _refusals():
            self._shop.withdraw(index)
        self._pages.pop(index, None)

    def open_page(self, index: int) -> None:
        with _refusals():
            self._pages[index] = self._shop.version(index)

    def agree(self, index: int, who: str) -> None:
        with _refusals():
            self._shop.agree(index, who, self._pages.get(index, NO_PAGE))

    def decline(self, index: int, who: str, evidence: bool) -> None:
        with _refusals():
            page = self._pages.get(index, NO_PAGE)
            self._shop.decline(index, who, page, "screenshot" if evidence else "")

    def agree_all(self, who: str) -> None:
        with _refusals():
            self._shop.agree_all(list(TICKETS), who)

    def grant(self) -> None:
        with _refusals():
            self._shop.grant(True)

    def revoke(self) -> None:
        with _refusals():
            self._shop.grant(False)

    def intercept(self, index: int) -> None:
        with _refusals():
            self._shop.intercept(index)

    def courier_says(self, index: int, turned_round: bool) -> None:
        with _refusals():
            self._shop.courier_says(index, turned_round)

    def pay(self, index: int, answer: str) -> None:
        with _refusals():
            try:
                self._shop.pay(index, bank_answers=answer == "ok")
            except NoAnswer:
                assert answer == "lost"

    def advance(self, time: timedelta) -> None:
        self._shop.run_jobs(self._shop.now + int(time.total_seconds()))

    def observe(self) -> dict[str, str | int]:
        seen: dict[str, str | int] = {
            "account": "granted" if self._shop.may_handle("sub") else "ungranted"
        }
        for ticket in TICKETS:
            seen[f"ticket[{ticket}]"] = self._shop.status(ticket) or "none"
            seen[f"ticket[{ticket}].payments"] = self._shop.payments(ticket)
        return seen

    def close(self) -> None:
        self._shop.close()


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except NotAllowed as reason:
        raise Refused(str(reason)) from reason
