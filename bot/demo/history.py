"""What happened in the demo's last weeks: played through the real bot, at its times."""

from dataclasses import dataclass

ON_CALL = "on-call"
"""Whoever is on call when the line is played."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply in the thread: so many minutes after the message, by somebody."""

    after: int
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Scene:
    """One message and what came of it. ago: how many working days before today; at: local time.

    taken_after, resolved_after: minutes until the engineer on call takes and resolves it; None: never.
    runbook: where the solution was written down; None: nowhere yet.
    """

    ago: int
    at: str
    who: str
    channel: str
    text: str
    replies: tuple[Reply, ...] = ()
    taken_after: int | None = None
    resolved_after: int | None = None
    runbook: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A line that the engineer on call writes into the log."""

    ago: int
    at: str
    text: str


SCENES: tuple[Scene, ...] = (
    Scene(
        14,
        "09:41",
        "farid",
        "devops-how-to",
        "How do I mount a config map as a single file without hiding the rest of the directory?",
        (Reply(7, "grace", "subPath does it: mount the key, not the whole map. Mind that it does not update live."),),
    ),
    Scene(
        13,
        "11:20",
        "grace",
        "devops-sos",
        "Our permit site in c4f9d2-prod answers 503 to every citizen since 11:15, all pods are gone",
        (
            Reply(4, ON_CALL, "Looking. The node they were on is not ready; draining it now."),
            Reply(16, "grace", "It is back, thank you!"),
        ),
        taken_after=2,
        resolved_after=18,
        runbook="https://docs.example.org/runbooks/node-not-ready",
    ),
    Scene(
        12,
        "14:05",
        "farid",
        "devops-operations",
        "We need access for a new colleague to the tools namespace, her account shows no projects at all",
        (Reply(12, ON_CALL, "The group sync had missed her. She should see it now."),),
        taken_after=9,
        resolved_after=14,
        runbook="https://docs.example.org/runbooks/group-sync",
    ),
    Scene(
        11,
        "10:02",
        "farid",
        "general",
        "Community lunch is on Thursday at noon, second floor. Bring something to share.",
    ),
    Scene(
        10,
        "13:37",
        "grace",
        "devops-how-to",
        "What is the recommended way to run a nightly job in our namespace, and in which timezone does a cron job run?",
        (Reply(25, "bob", "A CronJob with timeZone set; without it the cluster runs it in UTC."),),
    ),
    Scene(
        9,
        "09:58",
        "farid",
        "devops-operations",
        "Artifactory has answered 502 for ten minutes, nobody can pull images and every build is blocked",
        (
            Reply(6, ON_CALL, "The disk of its database was full. Cleaning up, pulls should work within minutes."),
            Reply(21, "farid", "Builds are green again."),
        ),
        taken_after=3,
        resolved_after=24,
        runbook="https://docs.example.org/runbooks/registry-disk",
    ),
    Scene(
        7,
        "15:12",
        "grace",
        "devops-how-to",
        "My pod is in CrashLoopBackOff after I changed the liveness probe, where do I look first?",
        (Reply(5, "farid", "oc logs --previous, then the probe's path. Ours was missing the context path."),),
    ),
    Scene(
        6,
        "10:30",
        "farid",
        "devops-sos",
        "How do I add a second admin to our project?",
        (Reply(11, "grace", "In the registry, under team members. It takes a minute or two."),),
    ),
    Scene(
        4,
        "11:45",
        "grace",
        "devops-sos",
        "Payments are failing in production for everyone, the API times out against the database since 11:40",
        (Reply(3, ON_CALL, "The database failed over and the service still points to the old one. Restarting it."),),
        taken_after=1,
        resolved_after=12,
    ),
    Scene(
        3,
        "14:50",
        "farid",
        "devops-operations",
        "Could our quota in the dev namespace be raised to 8 CPU and 16 GB? The load tests do not fit any more.",
        (Reply(30, ON_CALL, "Approved and applied."),),
        taken_after=20,
        resolved_after=31,
        runbook="https://docs.example.org/runbooks/quota",
    ),
    Scene(
        2,
        "16:20",
        "grace",
        "devops-how-to",
        "Is there an example of a network policy that lets only our front end talk to the API?",
    ),
    Scene(
        1,
        "13:15",
        "farid",
        "devops-operations",
        "Argo CD has not synced any of our applications since this morning, it looks stuck for other teams as well",
        (Reply(8, ON_CALL, "Its repo server is out of memory. Giving it more and watching it today."),),
        taken_after=5,
    ),
)

WATCH: dict[int, str] = {
    13: "If node 14 is not ready again, drain it and call the vendor",
    9: "If pulls get slow, look at the disk of Artifactory's database first",
    4: "If payments time out, check that the service follows the database's failover",
    1: "If Argo CD stops syncing, look at the memory of its repo server",
}
"""What the engineer of a day hands over to watch, by how many working days ago."""

NOT_HANDED_OVER = 6
"""The one day, so many working days ago, on which nobody handed over, so that the bot did."""

DAYS = 15
"""How many working days ago the past begins."""

NOTES: tuple[Note, ...] = (
    Note(13, "12:10", "Node 14 was drained and rebooted; the vendor wants the kernel log"),
    Note(9, "10:40", "Artifactory's database disk is at 61 % after the clean-up; grows 2 % a day"),
    Note(4, "12:05", "Failover of the payments database at 11:40; the service needed a restart to notice"),
    Note(1, "13:40", "Gave Argo CD's repo server 4 GB; look at its memory tomorrow"),
)
