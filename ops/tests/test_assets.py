"""Tabler's style sheet, cut to the classes that pages use."""

import importlib.machinery
import importlib.util
import pathlib
import unittest

HOME = pathlib.Path(__file__).resolve().parents[2]
loader = importlib.machinery.SourceFileLoader("assets", str(HOME / "ops" / "assets"))
assets = importlib.util.module_from_spec(importlib.util.spec_from_loader("assets", loader))
loader.exec_module(assets)

SHEET = """@charset "utf-8";:root{--a:url("data:x;{}")}/* c */.btn,.btn.gone,p:not(.gone,.b:hover){color:red}
.gone a{top:0}@media (min-width:1px){.gone{top:0}.btn:is(.on,[data-x=","]){top:1px}}@media print{.gone{top:0}}
@keyframes k{to{top:0}}"""


class Trimming(unittest.TestCase):
    def test_rules_of_classes_in_use_stay(self):
        self.assertEqual(
            assets.trimmed(SHEET, {"btn", "on"}),
            '@charset "utf-8";:root{--a:url("data:x;{}")}.btn,p:not(.gone,.b:hover){color:red}'
            '@media (min-width:1px){.btn:is(.on,[data-x=","]){top:1px}}@keyframes k{to{top:0}}')

    def test_nothing_is_lost_when_all_is_in_use(self):
        whole = (HOME / ".tools" / "assets" / ".tabler.css").read_text()
        everything = {name for selector in assets.selectors(whole) for name in assets.classes(selector)}
        kept = assets.trimmed(whole, everything)
        self.assertEqual(kept.count("{"), whole.count("{"))
        self.assertGreater(len(everything), 1000)

    def test_the_list_has_every_class_that_is_in_use(self):
        listed = set(assets.CLASSES.read_text().split())
        missing = [name for name in assets.classes_in_use(HOME) if name not in listed]
        self.assertEqual(missing, [], "run ops/assets --classes")


if __name__ == "__main__":
    unittest.main()
