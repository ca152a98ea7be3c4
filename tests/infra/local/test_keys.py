"""Keys of a state directory: invented once, kept, and completed when an older portal kept fewer."""

import json
from dataclasses import asdict
from pathlib import Path

from infra.local.keys import kept_keys


def test_keys_are_kept_from_one_run_to_the_next(tmp_path: Path) -> None:
    assert kept_keys(tmp_path) == kept_keys(tmp_path)


def test_a_state_of_before_there_were_sealed_texts_is_given_a_key_and_keeps_the_rest(tmp_path: Path) -> None:
    path, first = tmp_path / "keys.json", kept_keys(tmp_path)
    older = {name: value for name, value in asdict(first).items() if name != "data_key"}
    path.write_text(json.dumps(older), "utf-8")

    found = kept_keys(tmp_path)

    assert len(found.data_key) == 64
    assert found == kept_keys(tmp_path)
    assert {name: value for name, value in asdict(found).items() if name != "data_key"} == older
