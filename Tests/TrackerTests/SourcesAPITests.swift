import ClickPath
import Core
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct SourcesAPITests {
  @Test func theTenTemplatesHaveTheirPlatformsMacros() throws {
    let queries = Dictionary(SourceTemplate.all.map { ($0.id, TrackingLink.query($0.parameters)) }) { first, _ in first
    }
    #expect(
      queries == [
        "kadam": "?click_id={click_id}&cost={cpc}&sub2={campaign_id}&sub3={site_id}&sub4={ad_id}",
        "propellerads": "?click_id=${SUBID}&cost={cost}&sub2={campaignid}&sub3={zoneid}&sub4={bannerid}",
        "meta": "?sub2={{campaign.id}}&sub3={{adset.id}}&sub4={{ad.id}}&sub5={{placement}}",
        "tiktok": "?ttclid=__CLICKID__&sub2=__CAMPAIGN_ID__&sub3=__AID__&sub4=__CID__",
        "google":
          "?gclid={gclid}&sub2={campaignid}&sub3={adgroupid}&sub4={creative}&sub5={keyword}&sub6={matchtype}&sub7={device}",
        "taboola": "?click_id={click_id}&cost={cpc}&sub2={campaign_id}&sub3={site}",
        "mgid": "?click_id={click_id}&cost={click_price}&sub2={campaign_id}&sub3={widget_id}&sub4={teaser_id}",
        "exoclick": "?click_id={conversions_tracking}",
        "richads":
          "?click_id=[CLICK_ID]&cost=[BID_PRICE]&sub2=[CAMPAIGN_ID]&sub3=[SITE_ID]&sub4=[CREATIVE_ID]&sub5=[PUBLISHER_ID]",
        "custom": "?click_id={click_id}&cost={cost}",
      ])
    for template in SourceTemplate.all where !template.postbackURL.isEmpty {
      #expect(WebURL.isTemplate(template.postbackURL) && template.postbackURL.contains("{external_id}"))
    }
  }

  @Test func aTemplateFillsInWhatIsNotSaid() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let made = try await admin.post("/admin/api/sources", json: ["name": "Push", "template": "kadam"])
      #expect(made.status == 201)
      #expect(made.json["click_id_param"] == "click_id" && made.json["cost_param"] == "cost")
      #expect(made.json["parameters"]?.arrayValue?.count == 5)
      #expect(made.json["postback_url"]?.stringValue?.hasPrefix("https://kdtrk.net/ru/postback/") == true)
      let path = "/admin/api/sources/\(made.json["id"]?.intValue ?? 0)"
      let renamed = try await admin.patch(path, json: ["cost_param": "price", "postback_url": nil])
      #expect(renamed.json["query"]?.stringValue?.contains("&price={cpc}&") == true)
      #expect(renamed.json["postback_url"] == "")
      let other = try await admin.patch(path, json: ["template": "google"])
      #expect(other.json["click_id_param"] == "gclid" && other.json["parameters"]?.arrayValue?.count == 9)
      let own: JSONValue = [
        ["parameter": "id", "macro": "%ID%", "role": "click_id"], ["parameter": "sub9", "macro": "{x}"],
      ]
      let custom = try await admin.patch(path, json: ["parameters": own])
      #expect(custom.json["click_id_param"] == "id" && custom.json["query"] == "?id=%ID%&sub9={x}")
      for wrong: JSONValue in [
        ["template": "nobody"], ["parameters": [["parameter": "a b"]]], ["postback_url": "javascript:alert(1)"],
        ["parameters": [["parameter": "a", "macro": "{b}&c"]]], ["parameters": [["macro": "{b}"]]],
        ["parameters": [["parameter": "a"], ["parameter": "a"]]],
      ] { #expect(try await admin.patch(path, json: wrong).status == 422, "\(wrong)") }
    }
  }

  @Test func theClickPathReadsEveryClickIDThatTheSourceMaySend() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let source = try await admin.post("/admin/api/sources", json: ["name": "Search", "template": "google"])
      let offer = try await admin.post(
        "/admin/api/offers", json: ["name": "O", "url": "https://o.example/?x={external_id}", "currency": "USD"])
      let campaign: JSONValue = [
        "name": "C", "slug": "c", "source_id": .optional(source.json["id"]), "offer_id": .optional(offer.json["id"]),
      ]
      #expect(try await admin.post("/admin/api/campaigns", json: campaign).status == 201)
      let leads = { (query: String) in try await tracker.visitor.get("/c/c?\(query)").header("Location") ?? "" }
      #expect(try await leads("wbraid=W&gbraid=B").contains("?x=B&"))
      #expect(try await leads("gbraid=B&gclid=G").contains("?x=G&"))
      #expect(try await leads("gclid={gclid}&wbraid=W").contains("?x=W&"))
    }
  }

  @Test func anUnreplacedMacroIsCountedPerSourceAndParameter() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let source = try await admin.post("/admin/api/sources", json: ["name": "Kadam", "template": "kadam"])
      let id = try #require(source.json["id"]?.intValue)
      let offer = try await admin.post(
        "/admin/api/offers", json: ["name": "O", "url": "https://o.example/", "currency": "USD"])
      let campaign: JSONValue = [
        "name": "C", "slug": "c", "source_id": .int(id), "offer_id": .optional(offer.json["id"]),
      ]
      #expect(try await admin.post("/admin/api/campaigns", json: campaign).status == 201)
      for _ in 0..<3 { _ = try await tracker.visitor.get("/c/c?cost={cpc}&click_id=7") }
      _ = try await tracker.visitor.get("/c/c?sub2=__CAMPAIGN_ID__&cost=0.05")
      await tracker.parts.warnings.writeDown()
      _ = try await tracker.visitor.get("/c/c?cost={cpc}")
      await tracker.parts.warnings.writeDown()
      let warnings = try await admin.get("/admin/api/sources/\(id)").json["warnings"]?.arrayValue ?? []
      #expect(warnings.map { $0["parameter"] } == ["cost", "sub2"])
      #expect(warnings.map { $0["hits"] } == [4, 1])
      #expect(warnings.first?["message"] == "Source Kadam sends the unreplaced macro {cpc} in cost.")
      #expect(try await admin.delete("/admin/api/sources/\(id)/warnings").status == 204)
      #expect(try await admin.get("/admin/api/sources/\(id)").json["warnings"] == [])
    }
  }

  @Test func aThousandInventedMacrosAreHeardOnlySoFar() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let id = try #require(try await admin.post("/admin/api/sources", json: ["name": "S"]).json["id"]?.intValue)
      let marks = (0..<100).map { SourceWarningWatch.Mark(sourceID: id, parameter: "sub1", macro: "{m\($0)}") }
      let count = SourceWarningWatch.Count(hits: 1, firstSeenAt: tracker.clock.now(), lastSeenAt: tracker.clock.now())
      let counts = Dictionary(marks.map { ($0, count) }) { first, _ in first }
      try await SourceWarningStore().add(counts, of: tracker.scope)
      try await SourceWarningStore().add(counts, of: tracker.scope)
      let warnings = try await admin.get("/admin/api/sources/\(id)").json["warnings"]?.arrayValue ?? []
      #expect(warnings.count == SourceWarningStore.limitPerSource)
      #expect(warnings.allSatisfy { $0["hits"] == 2 })
    }
  }

  @Test func sourcesAreCopiedDeletedAndBroughtBack() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let source = try await admin.post("/admin/api/sources", json: ["name": "Kadam", "template": "kadam"])
      let path = "/admin/api/sources/\(source.json["id"]?.intValue ?? 0)"
      let copy = try await admin.post("\(path)/clone", json: [:])
      #expect(copy.status == 201 && copy.json["name"] == "Kadam (copy)")
      #expect(copy.json["parameters"] == source.json["parameters"])
      #expect(try await admin.post("\(path)/restore", json: [:]).status == 404, "it is not deleted")
      #expect(try await admin.delete(path).status == 204)
      #expect(try await admin.get(path).status == 404)
      let archived = try await admin.get("/admin/api/sources?archived=true").json["items"]?.arrayValue
      #expect(archived?.map { $0["name"] } == ["Kadam"])
      #expect(try await admin.post("/admin/api/sources", json: ["name": "Kadam"]).status == 201)
      #expect(try await admin.post("\(path)/restore", json: [:]).json["archived_at"] == .null)
      let both = try await admin.get("/admin/api/sources?q=Kadam").json["items"]?.arrayValue
      #expect(both?.filter { $0["name"] == "Kadam" }.count == 2, "names are for people")
    }
  }

  @Test func pagesFillInAndShowTheReadyLink() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let form = try await browser.get("/admin/sources/new?template=richads").text
      #expect(form.contains("value=\"[BID_PRICE]\"") && form.contains("[CPV_PRICE]"))
      let fields = [
        ("name", "Rich"), ("template", "richads"), ("parameter_name", "click_id"), ("parameter_macro", "[CLICK_ID]"),
        ("parameter_role", "click_id"), ("parameter_name", "sub7"), ("parameter_macro", "[X]"),
        ("parameter_role", "other"), ("parameter_name", ""), ("parameter_macro", ""), ("parameter_role", "other"),
        ("postback_url", "https://x.example/?k={external_id}"),
      ]
      #expect(try await browser.post("/admin/sources", fields).header("Location") == "/admin/sources/1")
      _ = try await browser.post("/admin/campaigns", [("name", "Push"), ("slug", "push"), ("source_id", "1")])
      let page = try await browser.get("/admin/sources/1").text
      #expect(page.contains("/c/push?click_id=[CLICK_ID]&amp;sub7=[X]\""))
      #expect(page.contains("value=\"https://x.example/?k={external_id}\""))
      #expect(try await browser.post("/admin/sources/1/clone").header("Location") == "/admin/sources/2")
      #expect(try await browser.post("/admin/sources/2/delete").status == 303)
      #expect(try await browser.get("/admin/sources/archived").text.contains("Rich (copy)"))
      #expect(try await browser.post("/admin/sources/2/restore").header("Location") == "/admin/sources/2")
    }
  }
}
