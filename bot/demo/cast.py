"""The organisation of the demo: its people, channels and rules. The people are invented; nobody else ever is."""

from typing import Any

from models.policy import Policy


def policy() -> Policy:
    """Give the demo's policy: two developers, four engineers, a lead, five channels."""
    return Policy.model_validate(document())


def document() -> dict[str, Any]:
    """Give the demo's policy as a configuration file writes it."""
    return {
        "timezone": "America/Vancouver",
        "channels": [
            {"name": "devops-how-to", "kind": "how-to"},
            {"name": "devops-sos", "kind": "sos"},
            {"name": "devops-alerts", "kind": "alerts"},
            {"name": "devops-operations", "kind": "operations"},
            {"name": "general", "kind": "general"},
        ],
        "people": [
            {"id": "amina", "name": "Amina Diallo"},
            {"id": "bob", "name": "Bob Lindqvist"},
            {"id": "chidi", "name": "Chidi Okafor"},
            {"id": "dana", "name": "Dana Petrov"},
            {"id": "elif", "name": "Elif Kaya"},
            {"id": "farid", "name": "Farid Haddad"},
            {"id": "grace", "name": "Grace Kim"},
        ],
        "oncall": {
            "leads": ["amina"],
            "fallback": ["amina"],
            "rotations": [
                {
                    "name": "platform",
                    "engineers": ["bob", "chidi", "dana", "elif"],
                    "holidays": {"country": "CA", "subdivision": "BC"},
                }
            ],
        },
        "after_hours": {"contact": "Service desk 7-7000"},
        "duties": [
            "Answer #devops-sos first, then #devops-how-to",
            "Look at the platform console once in the morning",
            "Document what you resolved",
        ],
        "services": [
            {
                "name": "Image registry",
                "aliases": ["artifactory", "registry"],
                "platform": True,
                "critical": True,
            },
            {"name": "Vault", "aliases": ["vault", "secrets"], "platform": True},
            {"name": "Argo CD", "aliases": ["argo", "argocd"], "platform": True},
        ],
        "answers": [
            {
                "match": "how (do|can) (i|we) .*(more|bigger|increase|raise).* quota",
                "title": "Asking for more quota",
                "url": "https://docs.example.org/quota",
            }
        ],
    }
