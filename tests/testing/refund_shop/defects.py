"""Ten ways to get the shop wrong, one at a time."""

from tests.testing.refund_shop.shop import PENDING, Shop


class TimeoutTooLate(Shop):
    """Timeout at `>` instead of `>=`."""

    def is_due(self, deadline: int) -> bool:
        return self.now > deadline


class PaidAgainOnRetry(Shop):
    """A payment that is tried again gets a new key."""

    def payment_key(self, ticket: int) -> str:
        return f"refund-{ticket}-{self.payments(ticket)}"


class SubAccountWithoutGrant(Shop):
    """Whoever is known may handle tickets."""

    def check_access(self, who: str) -> None:
        pass


class RequestTakenForSuccess(Shop):
    """The interception counts as successful once it was asked for."""

    def intercept(self, ticket: int) -> None:
        super().intercept(ticket)
        self.move(ticket, "approved")


class HalfABatch(Shop):
    """A batch that fails keeps what it has done."""

    def give_up_batch(self) -> None:
        self.db.execute("COMMIT")


class OutdatedPageAccepted(Shop):
    """Nobody compares versions."""

    def check_version(self, ticket: int, version: int) -> None:
        pass


class WindowNotRestarted(Shop):
    """A second application keeps the window of the first."""

    def start_window(self, ticket: int) -> None:
        row = self.db.execute("SELECT deadline FROM ticket WHERE id = ?", (ticket,)).fetchone()
        if row[0] is None:
            super().start_window(ticket)


class EvidenceNotRequired(Shop):
    """A decline needs no evidence."""

    def check_evidence(self, evidence: str) -> None:
        pass


class RefundAfterWithdrawal(Shop):
    """The courier's report approves the refund whatever has happened to the ticket meanwhile."""

    def courier_says(self, ticket: int, turned_round: bool) -> None:
        if turned_round and self.status(ticket) == "withdrawn":
            self.move(ticket, "approved")
        else:
            super().courier_says(ticket, turned_round)


class SmallAmountOffByOne(Shop):
    """The limit itself is not small."""

    def is_small(self, amount: int) -> bool:
        return super().is_small(amount + 1)


DEFECTS: tuple[type[Shop], ...] = (
    TimeoutTooLate,
    PaidAgainOnRetry,
    SubAccountWithoutGrant,
    RequestTakenForSuccess,
    HalfABatch,
    OutdatedPageAccepted,
    WindowNotRestarted,
    EvidenceNotRequired,
    RefundAfterWithdrawal,
    SmallAmountOffByOne,
)

__all__ = ["DEFECTS", "PENDING", *(defect.__name__ for defect in DEFECTS)]
