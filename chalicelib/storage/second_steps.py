"""The agents' second step in DynamoDB: the factor lies beside the account, and one transaction uses it up."""

from collections.abc import Callable, Sequence

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib.domain.accounts import Account
from chalicelib.domain.errors import Absent
from chalicelib.domain.second_factor import Factor, FoundStep, Proof
from chalicelib.domain.sessions import Session
from chalicelib.domain.signing_in import Admission
from chalicelib.domain.throttling import Subject, Tally
from chalicelib.storage.accounts import AccountItem, change_account, check_account
from chalicelib.storage.keys import account_key, agent_key
from chalicelib.storage.ledger import commit
from chalicelib.storage.rewriting import rewriting
from chalicelib.storage.sessions import check_session
from chalicelib.storage.signing_in import let_in
from chalicelib.storage.staff import AgentItem
from chalicelib.storage.table import CONDITION_FAILED, Item, Moment, Texts, Whole, together
from chalicelib.storage.throttling import check_tally, clear_own, tallies_among, tally_key


class FactorItem(Item, discriminator="factor"):
    """A second factor as written in the table: nothing in it opens a door."""

    sealed_key = UnicodeAttribute()
    last_step = Whole()
    recovery = Texts()
    enrolled_at = Moment()

    def to_domain(self) -> Factor:
        """Give the factor as the domain knows it."""
        return Factor(self.sealed_key, self.last_step, tuple(self.recovery), self.enrolled_at)


class DynamoSecondSteps:
    """Implements ``chalicelib.domain.second_factor.SecondSteps``."""

    def look(self, email: str, subjects: Sequence[Subject]) -> FoundStep:
        """Read what lies under the address, and the agent: of an agent the address is the id."""
        own = account_key(email)
        keys = [(own, "ACCOUNT"), (own, "FACTOR"), (agent_key(email), "PROFILE"), *map(tally_key, subjects)]
        found = list(together(keys))
        accounts = [item.to_domain() for item in found if isinstance(item, AccountItem)]
        factors = [item.to_domain() for item in found if isinstance(item, FactorItem)]
        agents = [item.to_domain() for item in found if isinstance(item, AgentItem)]
        account = accounts[0] if accounts else None
        factor = factors[0] if factors else None
        if factor and account and not account.was_open(factor.enrolled_at):
            factor = None
        tallies = tuple(tallies_among(subjects, found))
        return FoundStep(account, tallies, agents[0] if agents else None, factor)

    def stand(self, account: Account, tallies: Sequence[Tally], password_hash: str) -> bool:
        """Check the tallies and the account; write another hash of the same password."""

        def write(transaction: TransactWrite) -> None:
            for tally in tallies:
                check_tally(transaction, tally)
            if password_hash == account.password_hash:
                check_account(transaction, account)
            else:
                change_account(transaction, account, password_hash, account.sessions)

        return not commit(write)

    def admit(self, admission: Admission, factor: Factor, proof: Proof, sealed_key: str) -> bool:
        """Write the session, and what is left of the factor if it is as it was read."""
        left = tuple(one for one in factor.recovery if one != proof.recovery)
        after = Factor(sealed_key, max(factor.last_step, proof.step), left, factor.enrolled_at)
        return _let_in(
            admission, lambda transaction: _change(transaction, admission.account.email, factor, after)
        )

    def enrol(self, admission: Admission, factor: Factor) -> bool:
        """Write the session and the factor, over what an account of before has left there."""
        item, opened_at = factor_item(admission.account.email, factor), admission.account.opened_at
        free = FactorItem.pk.does_not_exist()
        if opened_at:
            free |= FactorItem.enrolled_at < opened_at
        return _let_in(admission, lambda transaction: transaction.save(item, condition=free))

    def change(self, session: Session, tallies: Sequence[Tally], factor: Factor, after: Factor) -> bool:
        """Write the factor, and clear the tally, if the session is still there."""

        def write(transaction: TransactWrite) -> None:
            check_session(transaction, session)
            clear_own(transaction, tallies)
            _change(transaction, session.email, factor, after)

        codes = commit(write)
        if codes and codes[0] == CONDITION_FAILED:  # the session's: what is only checked is told of first
            raise Absent(session.family)
        return not codes


def factor_item(email: str, factor: Factor) -> FactorItem:
    """Spell a factor for the table."""
    return FactorItem(
        account_key(email),
        "FACTOR",
        sealed_key=factor.sealed_key,
        last_step=factor.last_step,
        recovery=list(factor.recovery),
        enrolled_at=factor.enrolled_at,
    )


def _let_in(admission: Admission, and_so: Callable[[TransactWrite], None]) -> bool:
    def write(transaction: TransactWrite) -> None:
        let_in(transaction, admission)
        and_so(transaction)

    return not commit(write)


def _change(transaction: TransactWrite, email: str, before: Factor, after: Factor) -> None:
    item = factor_item(email, after)
    transaction.update(item, actions=rewriting(item), condition=_as_read(before))


def _as_read(factor: Factor) -> Condition:
    same: Condition = (
        (FactorItem.sealed_key == factor.sealed_key)
        & (FactorItem.last_step == factor.last_step)
        & (FactorItem.recovery == list(factor.recovery))
    )
    return same
