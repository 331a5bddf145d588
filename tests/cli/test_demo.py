from __future__ import annotations

import shlex

from muster.workspace import open_workspace


def test_demo_builds_again_reports_and_suggests_commands_that_work(muster, halden, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    before = open_workspace(halden).published.manifest
    result = muster("demo", "--folder", halden)
    assert result.exit_code == 0, result.output
    after = open_workspace(halden).published.manifest
    assert after["run_id"] != before["run_id"]
    assert after["tables"] == before["tables"]

    report = halden / "reports" / "board-2025-Q3.html"
    assert report.is_file()
    assert f"Open the board report in a browser: {report}\n" in result.stdout
    assert "Halden Analytics" in result.stdout

    suggested = [shlex.split(line) for line in result.stdout.partition("Try next:\n")[2].splitlines()]
    verbs = ("serve", "check", "query", "explain")
    assert [words[:2] for words in suggested] == [["muster", verb] for verb in verbs]
    # Serving has no end; check tells of three faults in the demo's exports.
    for words, code in zip(suggested[1:], (1, 0, 0), strict=True):
        said = muster(*words[1:])
        assert said.exit_code == code, said.output
        assert said.stdout


def test_build_only_makes_the_tables_and_no_report(demo):
    assert open_workspace(demo).published.damaged() == []
    assert not (demo / "reports").exists()


def test_demo_leaves_other_folders_alone(muster, tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    refused = muster("demo", "--folder", tmp_path)
    assert refused.exit_code == 2
    assert "muster demo" in refused.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]


def test_demo_keeps_edited_settings_and_says_so(muster, halden):
    settings = halden / "muster.toml"
    text = settings.read_text("utf-8").replace('"Halden Analytics"', '"Halden and Sons"')
    settings.write_text(text, "utf-8")
    result = muster("demo", "--folder", halden, "--build-only")
    assert result.exit_code == 0, result.output
    assert settings.read_text("utf-8") == text
    assert "Halden and Sons, a generated company" in result.stdout
    assert f"{settings} was edited and stays as it is" in result.stderr
    assert "stages.csv" not in result.stderr
