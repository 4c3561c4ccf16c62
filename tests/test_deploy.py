"""What is deployed fits the code: settings that exist, ports and probes that are served, nobody root, Rasa shut in."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from forloeb import settings
from tests.servers import filled

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
SETTINGS = set(re.findall(r"\b(?:FORLOEB|TWILIO|MESSENGER)_[A-Z_]+\b", (ROOT / "docs" / "settings.md").read_text()))
DEFAULTS = settings.load({"FORLOEB_VAR": "/nonexistent", "FORLOEB_LOGIN_KEY": "k" * 32, "FORLOEB_INTERNAL_KEY": "k"})
PORTS = {
    "gateway": DEFAULTS.gateway_port,
    "assistant": DEFAULTS.assistant_port,
    "actions": DEFAULTS.actions_port,
    "review": DEFAULTS.review_port,
}
MODULES = {
    "gateway": "forloeb.gateway",
    "assistant": "forloeb.assistant.serve",
    "actions": "actions.serve",
    "deliveries": "forloeb.booking.runner",
    "review": "forloeb.review",
}


def manifests() -> list[dict]:
    names = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())["resources"]
    return [each for name in names for each in yaml.safe_load_all((KUBERNETES / name).read_text())]


def of_kind(kind: str) -> dict[str, dict]:
    return {each["metadata"]["name"]: each for each in manifests() if each["kind"] == kind}


def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_every_setting_named_exists():
    files = [p for p in DEPLOY.rglob("*") if p.is_file()]
    named = {name for p in files for name in re.findall(r"\b(?:FORLOEB|TWILIO|MESSENGER)_[A-Z_]+\b", p.read_text())}
    assert {"FORLOEB_ASSISTANT_URLS", "FORLOEB_PROXIES", "FORLOEB_REDIS_URL"} <= named
    assert named - SETTINGS == set()


def test_every_process_is_deployed_everywhere_with_its_own_command():
    for part, deployment in of_kind("Deployment").items():
        assert container(deployment)["command"] == ["python", "-m", MODULES[part]], part
    assert set(of_kind("Deployment")) == set(MODULES)
    commands = {tuple(s["command"]) for s in compose()["services"].values() if s.get("image", "").startswith("forloeb")}
    assert {("python", "-m", module) for module in MODULES.values()} <= commands
    for part, module in MODULES.items():
        assert f"-m {module}\n" in (DEPLOY / "systemd" / f"forloeb-{part}.service").read_text()
    assert set(MODULES) == {p.stem.removeprefix("forloeb-") for p in (DEPLOY / "systemd").glob("forloeb-*.service")} - {
        "migrate",
        "backup",
    }


def container(workload: dict) -> dict:
    (only,) = workload["spec"]["template"]["spec"]["containers"]
    return only


WORKLOADS = [*of_kind("Deployment").values(), *of_kind("Job").values()]


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w["metadata"]["name"])
def test_nobody_is_root_and_nothing_is_writable(workload):
    pod = workload["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] >= 10000
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False and pod["enableServiceLinks"] is False
    own = container(workload)
    assert own["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    assert {m["mountPath"] for m in own["volumeMounts"] if not m.get("readOnly")} == {"/var/forloeb", "/tmp"}
    assert all("emptyDir" in v or "configMap" in v for v in pod["volumes"])
    assert own["resources"]["limits"]["memory"] and own["resources"]["requests"]["cpu"]
    assert not own["image"].endswith(":latest") and ":" in own["image"]
    assert "env" not in own, "settings come from the ConfigMap and the Secret"


@pytest.mark.parametrize("part", PORTS)
def test_ports_and_services_are_the_settings(part):
    deployment, service = of_kind("Deployment")[part], of_kind("Service")[part]
    assert [p["containerPort"] for p in container(deployment)["ports"]] == [PORTS[part]]
    assert service["spec"]["ports"][0]["port"] == PORTS[part]
    assert service["spec"].get("type", "ClusterIP") == "ClusterIP"
    assert service["spec"]["selector"] == deployment["spec"]["template"]["metadata"]["labels"]


def test_probes_ask_what_is_served():
    from forloeb.gateway.app import init_app

    gateway = {r.canonical for r in init_app(DEFAULTS).router.resources()}
    review = set(re.findall(r'Route\("GET", "([^"]+)"', (ROOT / "forloeb/review/routes.py").read_text()))
    channel = (ROOT / "forloeb/assistant/channel.py").read_text()
    internal = {"/", *(f"/webhooks/internal{p}" for p in re.findall(r'@routes.get\("([^"]+)"', channel))}
    served = {"gateway": gateway, "review": review, "assistant": internal, "actions": {"/health", "/metrics"}}
    served["deliveries"] = set(re.findall(r'add_get\("([^"]+)"', (ROOT / "forloeb/booking/watching.py").read_text()))
    for part, paths in served.items():
        own = container(of_kind("Deployment")[part])
        asked = {own[k]["httpGet"]["path"] for k in own if k.endswith("Probe") and "httpGet" in own[k]}
        assert asked and asked <= paths, part
        notes = of_kind("Deployment")[part]["spec"]["template"]["metadata"].get("annotations", {})
        assert notes.get("prometheus.io/path", "/metrics" if part == "actions" else "/") in paths
    for part in ("gateway", "review"):
        assert container(of_kind("Deployment")[part])["readinessProbe"]["httpGet"]["path"] == "/ready"
    (port,) = container(of_kind("Deployment")["deliveries"])["ports"]
    assert port["containerPort"] == DEFAULTS.deliveries_port and "deliveries" not in of_kind("Service")


def test_every_process_is_scraped_and_monitoring_alone_may():
    """The assistant's numbers are Rasa's channel's; nobody else's namespace reaches the deliveries."""
    for part, deployment in of_kind("Deployment").items():
        notes = deployment["spec"]["template"]["metadata"].get("annotations", {})
        port = container(deployment)["ports"][0]["containerPort"]
        assert notes["prometheus.io/scrape"] == "true" and notes["prometheus.io/port"] == str(port), part
        rules = of_kind("NetworkPolicy")[part]["spec"]["ingress"]
        scraped = [r["ports"] for r in rules for f in r["from"] if "monitoring" in str(f)]
        assert scraped == [[{"port": port}]], part
    assert len(of_kind("NetworkPolicy")["deliveries"]["spec"]["ingress"]) == 1


def test_the_proxy_publishes_nothing_for_operators():
    servers = (DEPLOY / "nginx" / "default.conf.template").read_text().split("\nserver {")[1:]
    for each in servers:
        if "proxy_pass http://actions" not in each:  # the assistants' own way to the action servers, inside
            assert "location ~ ^/(metrics|health|ready|live)$ { return 404; }" in each
    assert len(servers) == 3


def test_a_rolling_update_takes_none_away_before_its_successor_answers():
    for name, deployment in of_kind("Deployment").items():
        spec = deployment["spec"]
        assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1} and spec["replicas"] >= 2
        assert of_kind("PodDisruptionBudget")[name]["spec"]["minAvailable"] == 1
        if name in PORTS:
            assert "readinessProbe" in container(deployment) and "preStop" in container(deployment)["lifecycle"]


def test_autoscaling_never_goes_below_two():
    scaled = of_kind("HorizontalPodAutoscaler")
    assert set(scaled) == {"gateway", "assistant", "actions"}
    for name, each in scaled.items():
        assert each["spec"]["scaleTargetRef"]["name"] == name and each["spec"]["minReplicas"] >= 2


def test_rasa_and_the_actions_are_reached_by_their_one_caller():
    policies = of_kind("NetworkPolicy")
    assert policies["default-deny"]["spec"] == {
        "podSelector": {"matchLabels": {"app": "forloeb"}}, "policyTypes": ["Ingress", "Egress"],
    }  # fmt: skip
    for part, caller in (("assistant", "gateway"), ("actions", "assistant")):
        sources = [f for rule in policies[part]["spec"]["ingress"] for f in rule["from"]]
        pods = [s["podSelector"]["matchLabels"]["part"] for s in sources if "podSelector" in s]
        spaces = [s["namespaceSelector"]["matchLabels"] for s in sources if "podSelector" not in s]
        assert pods == [caller] and spaces == [{"kubernetes.io/metadata.name": "monitoring"}]
    public = [
        p["backend"]["service"]["name"] for p in of_kind("Ingress")["gateway"]["spec"]["rules"][0]["http"]["paths"]
    ]
    assert set(public) == {"gateway"}
    paths = {p["path"] for p in of_kind("Ingress")["gateway"]["spec"]["rules"][0]["http"]["paths"]}
    assert paths.isdisjoint({"/metrics", "/health", "/ready", "/live"})


def test_on_one_machine_only_the_proxy_has_ports():
    services = compose()["services"]
    assert {name for name, each in services.items() if "ports" in each} == {"nginx"}
    assert services["nginx"]["ports"] == ["443:443", "127.0.0.1:8443:8443"]
    assert compose()["networks"]["inside"]["internal"] is True
    for name, each in services.items():
        if each.get("image", "").startswith("forloeb"):
            assert each["user"] == "10001:10001" and each["read_only"] and each["cap_drop"] == ["ALL"], name
            assert not {k for k in each["environment"] if k not in SETTINGS}, name
    for name in services:
        if name.startswith(("assistant", "actions", "postgres", "redis")):
            assert services[name]["networks"] == ["inside"], name


def test_no_secret_stands_in_a_file():
    example = yaml.safe_load((KUBERNETES / "secret.example.yaml").read_text())
    assert set(example["stringData"].values()) == {""}
    for line in (DEPLOY / "example.env").read_text().splitlines():
        name, _, value = line.partition("=")
        assert line.startswith("#") or not value or name in ("FORLOEB_PUBLIC_URL", "TLS_FOLDER")
    secret = set(example["stringData"])
    assert secret.isdisjoint(of_kind("ConfigMap")["forloeb"]["data"])


def test_the_installations_file_is_the_one_at_the_top():
    assert (KUBERNETES / "installation.yml").read_text() == (ROOT / "installation.yml").read_text()


def test_the_proxys_template_has_no_hole():
    names = set(re.findall(r"\$\{(\w+)\}", (DEPLOY / "nginx" / "default.conf.template").read_text())) - {"…"}
    given = set(compose()["services"]["nginx"]["environment"])
    assert names == given
    template = (DEPLOY / "nginx" / "default.conf.template").read_text()
    assert "${" not in filled(template, dict.fromkeys(names, "x")).replace("${…}", "")
    assert "$arg_" not in template and "$http_authorization" not in template and "$request_uri" not in template


@pytest.mark.parametrize("name", ["Dockerfile.assistant", "Dockerfile.slim"])
def test_images_run_as_nobody_in_particular_and_install_by_hash(name):
    text = (DEPLOY / name).read_text()
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE) == ["10001:10001"]
    assert "--require-hashes" in text and "latest" not in text
    assert not re.search(r"curl|wget|git clone|apt-get|ADD http", text)
    copied = re.findall(r"^COPY (\S+)", text, re.MULTILINE)
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for each in copied:
        assert each in (".", "--from=build") or each in kept
    assert all((ROOT / each).exists() for each in kept)


@pytest.mark.parametrize("path", sorted((DEPLOY / "systemd").glob("forloeb-*.service")), ids=lambda p: p.name)
def test_units_run_as_a_user_of_their_own(path):
    text = path.read_text()
    assert "User=forloeb" in text and "EnvironmentFile=/etc/forloeb/forloeb.env" in text
    if path.stem.removeprefix("forloeb-") in MODULES:
        for line in ("Restart=always", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=\n"):
            assert line in text


SLIM = {
    re.sub(r"[-_.]+", "-", name).lower()
    for name in re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements-slim.lock").read_text(), re.MULTILINE)
}


def test_the_slim_lock_is_part_of_the_whole_one_and_has_no_rasa():
    def pins(path: str) -> set[str]:
        return set(re.findall(r"^([A-Za-z0-9_.-]+==\S+)", (ROOT / path).read_text(), re.MULTILINE))

    assert pins("requirements-slim.lock") <= pins("requirements.lock") | {
        p for p in pins("requirements-slim.lock") if p.startswith("wheel==")
    }
    assert SLIM.isdisjoint({"rasa", "tensorflow", "spacy", "numpy", "scikit-learn"})
    assert len(SLIM) < 60


PROBE = """
import importlib, json, pkgutil, sys

class Absent:
    names = set(json.load(sys.stdin))
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"{name} is not in requirements-slim.lock", name=name)

sys.meta_path.insert(0, Absent())
import actions, forloeb.gateway, forloeb.review, forloeb.booking
names = ["forloeb.cli", "forloeb.backup", "forloeb.gateway.__main__", "forloeb.review.__main__", "forloeb.booking.runner"]
for package in (forloeb.gateway, forloeb.review, forloeb.booking):
    names += [f"{package.__name__}.{m.name}" for m in pkgutil.iter_modules(package.__path__)]
names += [f"actions.{m.name}" for m in pkgutil.iter_modules(actions.__path__)]
for name in names:
    importlib.import_module(name)
print(len(names))
"""


def test_the_slim_processes_import_only_what_the_slim_lock_has():
    """In an interpreter that hides the rest; tests/slow/test_slim_install.py starts them with nothing else installed."""
    import json
    from importlib.metadata import packages_distributions

    import setuptools

    vendored = {p.stem for p in (Path(setuptools.__file__).parent / "_vendor").iterdir()}  # setuptools brings its own
    absent = [
        module
        for module, owners in packages_distributions().items()
        if not {re.sub(r"[-_.]+", "-", name).lower() for name in owners} & (SLIM | {"forloeb"})
        and module not in vendored
    ]
    assert {"rasa", "tensorflow", "spacy", "numpy"} <= set(absent)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROBE], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        input=json.dumps(absent), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-800:]
    assert int(done.stdout) > 100
