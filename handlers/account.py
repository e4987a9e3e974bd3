"""Accounts in the chats: who was deactivated is kept, and told to the leads at once where they are on duty now."""

from datetime import timedelta

from handlers import duty
from handlers.context import Context
from handlers.wording import account as wording
from models.events import AccountChanged, DeliverySettled
from models.policy import Person, Rotation
from models.records import account as accounts
from models.records import delivery, gap
from models.records import request as requests

JUST_NOW = timedelta(hours=1)
"""So long before somebody's name was told their requests are looked through for one that lacks it."""


def changed(ctx: Context, event: AccountChanged) -> None:
    """Keep how a configured person's account stands, and what a stranger is called who has just asked."""
    if event.name:
        requests.name_author(ctx.session, event.platform, event.user, event.name, ctx.now - JUST_NOW)
    if event.is_active:
        accounts.forget(ctx.session, event.platform, event.user)
    else:
        _lost(ctx, event.platform, event.user, "")


def delivery_settled(ctx: Context, event: DeliverySettled) -> None:
    """Learn from a direct message that failed by its recipient's fault that it reaches nobody."""
    found = delivery.recipient(ctx.session, event.row) if event.is_recipients_fault else None
    if found is not None:
        _lost(ctx, *found, event.error)


def _lost(ctx: Context, platform: str, user: str, reason: str) -> None:
    person = ctx.policy.person_with_handle(platform, user)
    if person is None or not accounts.keep(ctx.session, platform, user, ctx.now, reason):
        return
    on_duty = [one for one in ctx.policy.oncall.rotations if duty.on_call(ctx, one).engineer == person.id]
    if on_duty:
        _tell_leads(ctx, person, wording.Account(platform, reason), on_duty)


def _tell_leads(ctx: Context, person: Person, account: wording.Account, rotations: list[Rotation]) -> None:
    is_alone = len(ctx.policy.oncall.rotations) == 1
    told = wording.on_duty_unreachable(person.name, person.id, account, [one.name for one in rotations], is_alone)
    leads = [lead for lead in duty.people(ctx, ctx.policy.oncall.leads) if lead != person]
    others = [one for one in duty.fallback(ctx) if one != person]
    if ctx.tell(leads or others, lambda _: told):
        gap.add(ctx.session, gap.account_key(account.platform, person.handle(account.platform) or ""), ctx.now)
