"""Postbacks by mouse: the log with its replays, the inbox of statuses, a network's key and words, an offer's goals."""

from harness.customers import unique
from harness.waiting import eventually
from pages import SIZES
from shared import BrowserTest, stack


class Postbacks(BrowserTest):
    @classmethod
    def setUpClass(cls):
        cls.api, cls.base = stack().admin, stack().env["TRACKER_URL"]
        name = unique("postbacks")
        cls.network = cls.create("networks", name=name)
        cls.offer = cls.create(
            "offers", name=name, url="https://shop.example.org/", payout="10.00", currency="USD",
            network_id=cls.network["id"])
        cls.campaign = cls.create("campaigns", name=name, slug=name, offer_id=cls.offer["id"])
        eventually(lambda: cls.visit_link(test="1").status != 404, within=10, what="the new campaign being live")

    @classmethod
    def create(cls, noun, **fields):
        return cls.api.post(f"/admin/api/{noun}", fields).expect(201).json

    @classmethod
    def visit_link(cls, **query):
        return stack().tracker.get(f"/c/{cls.campaign['slug']}", query=query)

    def hit(self, **more):
        click = self.visit_link().expect(302).cookie("_tly_click")
        return click, stack().tracker.get("/postback", query={"click_id": click, "payout": "7.25"} | more)

    def conversion(self, click):
        [found] = self.api.items("/admin/api/conversions", click_id=click)
        return found

    def change(self, **fields):
        self.api.patch(f"/admin/api/networks/{self.network['id']}", fields).expect(200)

    def assert_sound(self, visit):
        self.assertEqual(visit.violations(), [])
        self.assertEqual(visit.faults, [])
        self.assertLessEqual(visit.overflow(), 0)

    def test_a_word_of_the_inbox_is_mapped(self):
        word = unique("Odd word")
        click, answer = self.hit(status=word)
        answer.expect(200)
        self.assertEqual(self.conversion(click)["status"], "hold")
        for size in SIZES:
            visit = self.admin(size=size)
            visit.open(f"{self.base}/admin/networks/unmapped-statuses")
            self.assertIn(word, visit.page.inner_text("main"))
            visit.picture("status-inbox")
            self.assert_sound(visit)
        visit = self.admin()
        page = visit.page
        visit.open(f"{self.base}/admin/networks/unmapped-statuses")
        self.assertRegex(page.inner_text("nav a[href$='unmapped-statuses'] .ty-count"), r"\d")
        row = page.locator("tr", has_text=word)
        row.locator("select").select_option("sale")
        row.get_by_role("button", name="Map").click()
        page.wait_for_selector("text=1 conversion moved")
        found = self.conversion(click)
        self.assertEqual((found["status"], found["payout"], found["original_status"]), ("sale", "7.25", word))
        visit.open(f"{self.base}/admin/networks/{self.network['id']}")
        words = page.eval_on_selector_all("input[name=status_word]", "fields => fields.map(field => field.value)")
        self.assertIn(word.lower(), words)
        self.assert_sound(visit)

    def test_a_refused_hit_is_looked_at_and_replayed(self):
        self.change(require_key=True)
        click, answer = self.hit(note="look at me")
        answer.expect(401)
        visit = self.admin()
        page = visit.page
        visit.open(f"{self.base}/admin/postbacks?click_id={click}")
        self.assertIn("Not authorized", page.inner_text("main"))
        visit.picture("postbacks")
        self.assert_sound(visit)
        page.click("tbody th a")
        page.wait_for_selector("text=As it came")
        self.assertIn("look+at+me", page.inner_text("pre"))
        visit.picture("postback")
        self.assert_sound(visit)
        page.get_by_role("button", name="Replay").click()
        page.wait_for_selector("text=Processed once more: not authorized.")
        self.change(require_key=False)
        page.get_by_role("button", name="Replay").click()
        page.wait_for_selector("text=Processed once more: recorded.")
        self.assertEqual(self.conversion(click)["payout"], "7.25")
        self.assertEqual(page.get_by_role("button", name="Replay").count(), 0)

    def test_many_hits_are_replayed(self):
        self.change(require_key=True)
        clicks = [self.hit(batch="one")[0] for _ in range(3)]
        self.change(require_key=False)
        visit = self.admin(size="phone")
        page = visit.page
        visit.open(f"{self.base}/admin/postbacks?q=batch%3Done&outcome=unauthorized")
        self.assert_sound(visit)
        page.locator("input[name=ids]").first.check()
        page.get_by_role("button", name="Replay selected").click()
        page.wait_for_selector("text=1 hits")
        visit.open(f"{self.base}/admin/postbacks?q=batch%3Done&outcome=unauthorized")
        page.get_by_role("button", name="Replay all that fit").click()
        page.locator("dialog[open] button", has_text="Replay").click()
        page.wait_for_selector("text=2 hits")
        self.assert_sound(visit)
        for click in clicks:
            self.conversion(click)

    def test_a_network_gets_a_key_that_is_shown_once(self):
        network = self.create("networks", name=unique("signer"))
        visit = self.admin()
        page = visit.page
        visit.open(f"{self.base}/admin/networks/{network['id']}")
        page.click("text=Ask for signatures")
        page.wait_for_selector("#postback-secret")
        secret = page.input_value("#postback-secret")
        self.assertGreaterEqual(len(secret), 43)
        self.assert_sound(visit)
        page.click("text=Done")
        page.wait_for_selector("text=must be signed since")
        self.assertNotIn(secret, page.content())
        self.assert_sound(visit)

    def test_an_offer_gets_goals_and_a_mode(self):
        visit = self.admin()
        page = visit.page
        visit.open(f"{self.base}/admin/offers/{self.offer['id']}")
        row = page.locator("#goals [data-row]").first
        row.locator("[name=goal_name]").fill("Deposit")
        row.locator("[name=goal_value]").fill("FTD")
        row.locator("[name=goal_pay]").fill("25.00x")
        page.select_option("#duplicate_mode", "add")
        page.click("text=Save changes")
        page.wait_for_selector("#goals .ty-fault")
        self.assert_sound(visit)
        page.locator("[name=goal_pay]").first.fill("25.00")
        page.click("text=Save changes")
        page.wait_for_selector("text=was saved")
        offer = self.api.get(f"/admin/api/offers/{self.offer['id']}").expect(200).json
        self.assertEqual([(goal["value"], goal["payout"]) for goal in offer["goals"]], [("ftd", "25.00")])
        self.assertEqual(offer["duplicate_mode"], "add")
        visit.picture("offer-goals")
        self.api.patch(f"/admin/api/offers/{self.offer['id']}", {"goals": [], "duplicate_mode": "update"}).expect(200)
