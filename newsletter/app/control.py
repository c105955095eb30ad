"""Control over what is being sent: stop it, let a second person sign, decide about what got no answer."""

from typing import TYPE_CHECKING, NamedTuple, get_args

from newsletter.app.opened import Opened
from newsletter.errors import UsageError
from newsletter.progress import Progress, silent

if TYPE_CHECKING:
    from newsletter.delivery.proof import Proof
    from newsletter.delivery.reconcile import Decision, Policy
    from newsletter.delivery.states import Verdict
    from newsletter.publish import Approvable, Reconciled

MAX_REASON = 300  # characters of an editor's reason that are kept


class ApprovalKey(NamedTuple):
    """An approver's key pair as text: ``private`` for their environment, ``public`` for newsletter.toml."""

    private: str
    public: str


class Control(Opened):
    """Stop, approve and reconcile."""

    def pause(self, issue: str) -> "Proof":
        """Stop an issue until it is resumed; at most the requests on the wire still go out.

        Raises DeliveryError when it is neither being sent nor scheduled.
        """
        from newsletter.publish import pause

        return pause(self._wiring, issue)

    def cancel(self, issue: str) -> "Proof":
        """End an issue for good: nobody else gets it. Raises DeliveryError when nothing of it is left."""
        from newsletter.publish import cancel

        return cancel(self._wiring, issue)

    def plan_approval(self, issue: str) -> "Approvable":
        """Return what an approver would sign: the manifest and the mail it stands for.

        Raises DeliveryError when nothing of the issue waits for an approval.
        """
        from newsletter.publish import plan_approval

        return plan_approval(self._wiring, issue)

    def approve(self, approvable: "Approvable") -> str:
        """Sign as the approver whose key is in NEWSLETTER_APPROVAL_KEY; return the approver's name.

        Raises SettingsError without such a key, DeliveryError for who asked for the send themselves.
        """
        from newsletter.publish import approve

        return approve(self._wiring, approvable)

    def new_approval_key(self) -> ApprovalKey:
        """Draw a key pair for an approver. Nothing is kept of it."""
        return ApprovalKey(*self._wiring.new_approval_key())

    def reconcile(
        self,
        issue: str,
        *,
        policy: "Policy | None" = None,
        accepted: bool | None = None,
        because: str = "",
        progress: Progress = silent,
    ) -> "Reconciled":
        """Find out what became of requests that got no answer, and decide about each on evidence.

        ``policy`` (hold, resend or drop; by default the setting) applies to what was never taken.
        ``accepted`` is an editor's own knowledge of what no evidence settles: True when the provider took it,
        False when not; ``because`` says how they know, in two words or more, and is kept. Raises UsageError
        without that, DeliveryError when the issue was never sent, AlreadySending while it is being sent.
        """
        from newsletter.delivery.reconcile import Policy
        from newsletter.delivery.states import Verdict
        from newsletter.publish import reconcile

        if policy is not None and policy not in get_args(Policy):
            known = ", ".join(get_args(Policy))
            raise UsageError(f"“{policy}” is no policy.", hint=f"Write one of these: {known}.")
        chosen = policy or self.settings.delivery.unknown
        records = self.settings.provider_kind.properties.records
        word = None
        if accepted is not None:
            word = _word(Verdict.ACCEPTED if accepted else Verdict(chosen), because, records)
        return reconcile(self._wiring, issue, policy=chosen, word=word, progress=progress)

    def adopt(self, *, because: str, issue: str | None = None) -> None:
        """Keep a person's word that this copy of the publication is the one that sends from now on.

        ``because`` says how they know, in two words or more, and is kept. With an ``issue``: that it may go
        on though it was mailed to readers that this restored database does not know. Raises UsageError
        without a reason, DeliveryError when there is nothing to adopt, AlreadySending while one sends.
        """
        from newsletter.publish import adopt, issue_id

        adopt(self._wiring, because, None if issue is None else issue_id(self._wiring, issue))


def _word(verdict: "Verdict", because: str, records: str) -> "Decision":
    from newsletter.delivery.reconcile import Decision

    if len(because.split()) < 2:
        raise UsageError(
            "An editor's word is kept as evidence, so say how you know.",
            hint=f'Add: --because "{records} shows none of it"',
        )
    return Decision(verdict, f"An editor's word: {because[:MAX_REASON]}")
