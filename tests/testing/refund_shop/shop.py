"""A small back office for refunds on SQLite. It knows nothing of any specification.

Times are seconds. Everything that it does by itself, it does in `run_jobs`.
"""

import sqlite3

HOUR = 3600
WINDOW = 48 * HOUR
SMALL_AMOUNT = 2

_TABLES = """
CREATE TABLE ticket (
    id INTEGER PRIMARY KEY, status TEXT NOT NULL, amount INTEGER NOT NULL,
    version INTEGER NOT NULL, deadline INTEGER);
CREATE TABLE account (name TEXT PRIMARY KEY, may_handle INTEGER NOT NULL);
CREATE TABLE payment (id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL, key TEXT UNIQUE);
INSERT INTO account VALUES ('main', 1), ('sub', 0);
"""
PENDING = ("applied", "intercepting")


class NotAllowed(Exception):
    """The request does not fit the state of the ticket, or the rights of who makes it."""


class NoAnswer(Exception):
    """The bank was asked, and nothing came back."""


class Shop:
    """Tickets are numbered; a ticket that nobody has applied for has no row."""

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.db.executescript(_TABLES)
        self.now = 0

    def close(self) -> None:
        self.db.close()

    # --- the buyer ----------------------------------------------------------------------------

    def apply(self, ticket: int, amount: int) -> None:
        status = self.status(ticket)
        if status not in (None, "withdrawn"):
            raise NotAllowed(f"ticket {ticket} is {status}")
        if status is None:
            self.db.execute("INSERT INTO ticket VALUES (?, 'new', 0, 0, NULL)", (ticket,))
        self.db.execute("UPDATE ticket SET amount = ? WHERE id = ?", (amount, ticket))
        self.start_window(ticket)
        self.move(ticket, "approved" if self.is_small(amount) else "applied")

    def modify(self, ticket: int) -> None:
        self.require(ticket, *PENDING)
        self.db.execute("UPDATE ticket SET version = version + 1 WHERE id = ?", (ticket,))

    def withdraw(self, ticket: int) -> None:
        self.require(ticket, *PENDING)
        self.move(ticket, "withdrawn")

    # --- the merchant -------------------------------------------------------------------------

    def grant(self, allowed: bool) -> None:
        changed = self.db.execute(
            "UPDATE account SET may_handle = ? WHERE name = 'sub' AND may_handle != ?",
            (allowed, allowed),
        )
        if not changed.rowcount:
            raise NotAllowed("nothing to change")

    def version(self, ticket: int) -> int:
        """What a detail page shows beside the ticket, and hands back with a decision."""
        self.require(ticket, *PENDING)
        row = self.db.execute("SELECT version FROM ticket WHERE id = ?", (ticket,)).fetchone()
        return int(row[0])

    def agree(self, ticket: int, who: str, version: int) -> None:
        self.check_access(who)
        self.require(ticket, *PENDING)
        self.check_version(ticket, version)
        self.move(ticket, "approved")

    def decline(self, ticket: int, who: str, version: int, evidence: str) -> None:
        self.check_access(who)
        self.require(ticket, *PENDING)
        self.check_version(ticket, version)
        self.check_evidence(evidence)
        self.move(ticket, "rejected")

    def agree_all(self, tickets: list[int], who: str) -> None:
        self.check_access(who)
        self.db.execute("BEGIN")
        try:
            for ticket in tickets:
                self.require(ticket, *PENDING)
                self.move(ticket, "approved")
        except NotAllowed:
            self.give_up_batch()
            raise
        self.db.execute("COMMIT")

    # --- courier and bank ---------------------------------------------------------------------

    def intercept(self, ticket: int) -> None:
        self.require(ticket, "applied")
        self.move(ticket, "intercepting")

    def courier_says(self, ticket: int, turned_round: bool) -> None:
        self.require(ticket, "intercepting")
        self.move(ticket, "approved" if turned_round else "applied")

    def pay(self, ticket: int, bank_answers: bool) -> None:
        """Ask the bank, which may do it and yet not answer; asking again must not pay again."""
        self.require(ticket, "approved")
        self.db.execute(
            "INSERT OR IGNORE INTO payment (ticket, key) VALUES (?, ?)",
            (ticket, self.payment_key(ticket)),
        )
        if not bank_answers:
            raise NoAnswer
        self.move(ticket, "refunded")

    # --- time ---------------------------------------------------------------------------------

    def run_jobs(self, now: int) -> None:
        """What is due by `now`."""
        self.now = now
        rows = self.db.execute("SELECT id, deadline FROM ticket WHERE status IN (?, ?)", PENDING)
        for ticket, deadline in rows.fetchall():
            if self.is_due(deadline):
                self.move(ticket, "approved")

    # --- rules --------------------------------------------------------------------------------

    def is_small(self, amount: int) -> bool:
        return amount <= SMALL_AMOUNT

    def is_due(self, deadline: int) -> bool:
        return self.now >= deadline

    def start_window(self, ticket: int) -> None:
        self.db.execute("UPDATE ticket SET deadline = ? WHERE id = ?", (self.now + WINDOW, ticket))

    def payment_key(self, ticket: int) -> str:
        return f"refund-{ticket}"

    def check_access(self, who: str) -> None:
        row = self.db.execute("SELECT may_handle FROM account WHERE name = ?", (who,)).fetchone()
        if not row[0]:
            raise NotAllowed(f"{who} has no access")

    def check_version(self, ticket: int, version: int) -> None:
        row = self.db.execute("SELECT version FROM ticket WHERE id = ?", (ticket,)).fetchone()
        if row[0] != version:
            raise NotAllowed("the page is outdated")

    def check_evidence(self, evidence: str) -> None:
        if not evidence:
            raise NotAllowed("a decline needs evidence")

    def give_up_batch(self) -> None:
        self.db.execute("ROLLBACK")

    # --- the store ----------------------------------------------------------------------------

    def status(self, ticket: int) -> str | None:
        row = self.db.execute("SELECT status FROM ticket WHERE id = ?", (ticket,)).fetchone()
        return None if row is None else str(row[0])

    def payments(self, ticket: int) -> int:
        row = self.db.execute("SELECT count(*) FROM payment WHERE ticket = ?", (ticket,)).fetchone()
        return int(row[0])

    def may_handle(self, who: str) -> bool:
        row = self.db.execute("SELECT may_handle FROM account WHERE name = ?", (who,)).fetchone()
        return bool(row[0])

    def require(self, ticket: int, *statuses: str) -> None:
        status = self.status(ticket)
        if status not in statuses:
            raise NotAllowed(f"ticket {ticket} is {status}")

    def move(self, ticket: int, status: str) -> None:
        self.db.execute(
            "UPDATE ticket SET status = ?, version = version + 1 WHERE id = ?", (status, ticket)
        )
