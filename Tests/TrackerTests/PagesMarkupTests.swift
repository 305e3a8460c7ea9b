import Core
import Foundation
import TestSupport
import Testing
import Web

@testable import TenantTracker

@Suite struct PagesMarkupTests {
  /// The policy allows neither inline scripts nor inline styles, and ids must be unique for labels to work.
  @Test func everyPageKeepsToThePolicy() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      try await world.configureSomething(browser)
      for path in PagesWorld.samplePages {
        let page = try await browser.get(path)
        #expect(page.status == 200, "\(path)")
        #expect(page.header("Content-Security-Policy")?.contains("script-src 'self'; style-src 'self'") == true)
        let html = page.text
        #expect(html.firstMatch(of: /\sstyle=/) == nil, "\(path) has an inline style")
        #expect(html.firstMatch(of: /\son[a-z]+="/) == nil, "\(path) has an inline handler")
        for script in html.matches(of: /<script([^>]*)>/) {
          #expect(script.1.contains("src=\"/assets/") || script.1.contains("application/json"), "\(path): \(script.0)")
        }
        let visible = html.replacing(/<template.*?<\/template>/.dotMatchesNewlines(), with: "")
        let ids = visible.matches(of: /\sid="([^"]+)"/).map { String($0.1) }
        #expect(ids.count == Set(ids).count, "\(path): \(ids.filter { id in ids.count { $0 == id } > 1 })")
        #expect(html.matches(of: /<h1/).count == 1 && html.contains("<nav"), "\(path)")
        for asset in html.matches(of: /"(\/assets\/[^"]+)"/).map({ String($0.1) }) where !asset.contains(".min.") {
          #expect(try await browser.get(asset).status == 200, "\(path): \(asset)")
        }
      }
    }
  }

  @Test func onlyWhatPagesLoadIsServed() throws {
    let home = try Home(environment: ["TRACKILY_HOME": PagesWorld.home])
    let assets = try StaticAssets(directories: home.assets, excluding: AdminPages.unusedAssets)
    for name in [
      "app.css", "tabler.min.css", "echarts.min.js", "tom-select.min.js", "inter-400.woff2", "codemirror/index.js",
    ] {
      #expect(assets.contains(name), "\(name)")
    }
    for name in ["icons/plus.svg", "htmx.min.js", "tabler.min.js"] {
      #expect(!assets.contains(name), "\(name)")
    }
  }

  @Test func theIconsAreThere() {
    let icons = IconSet(directory: "\(PagesWorld.home)/.tools/assets/icons")
    for icon in Icon.allCases { #expect(icons.contains(icon), "\(icon.rawValue)") }
  }

  @Test func theLicencesBannerIsOnEveryPage() throws {
    let layout = try PagesGolden.layout
    var viewer = try PagesGolden.viewer()
    viewer.banner = "A payment for the licence is <overdue>."
    let html = layout.document(.init(title: "Offers", current: "/admin/offers"), viewer, .empty).text
    #expect(html.contains("<span>A payment for the licence is &lt;overdue&gt;.</span>"))
  }
}

extension PagesWorld {
  static let samplePages = [
    "/admin", "/admin?period=today", "/admin?from=2026-01-01&to=2026-02-01&campaign_id=1", "/admin/clicks",
    "/admin/clicks?status=ok&country=US", "/admin/conversions", "/admin/campaigns", "/admin/campaigns?q=nothing",
    "/admin/campaigns/new", "/admin/campaigns/1", "/admin/campaigns/1/flows/new", "/admin/flows/1", "/admin/offers",
    "/admin/offers/1", "/admin/landings", "/admin/landings/1", "/admin/sources", "/admin/sources/1", "/admin/networks",
    "/admin/networks/1", "/admin/domains", "/admin/domains/new", "/admin/domains/1", "/admin/users", "/admin/users/new",
    "/admin/users/1", "/admin/roles", "/admin/roles/new", "/admin/roles/1", "/admin/license", "/admin/settings",
    "/admin/audit-log", "/admin/audit-log?verify=1", "/admin/account", "/admin/account/password",
    "/admin/account/two-factor", "/admin/account/api-keys/new", "/admin/publishers", "/admin/publishers/new",
    "/admin/publishers/1", "/admin/commission-rules", "/admin/commission-rules/1", "/admin/payouts",
    "/admin/conversion-types", "/admin/conversion-types/1", "/admin/help",
  ]

  /// One of each.
  func configureSomething(_ browser: PagesBrowser) async throws {
    let forms: [(String, [(String, String)])] = [
      ("/admin/sources", [("name", "Kadam")]),
      ("/admin/networks", [("name", "House"), ("status_word", "ok"), ("status_meaning", "sale")]),
      (
        "/admin/offers",
        [
          ("name", "Offer"), ("url", "https://shop.example/"), ("network_id", "1"), ("payout_country", "US"),
          ("payout_amount", "4"), ("payout_country", "DE"), ("payout_amount", "3"),
        ]
      ),
      ("/admin/publishers", [("name", "Ana"), ("schedule", "weekly"), ("net_days", "7")]),
      (
        "/admin/commission-rules",
        [
          ("name", "Standard"), ("model", "cpa"), ("amount", "1"), ("publisher_id", "1"), ("tier_basis", "count"),
          ("tier_after", "5"), ("tier_amount", "2"), ("tier_percent", ""),
        ]
      ),
      ("/admin/landings", [("name", "Page"), ("kind", "local"), ("html", "<h1>x</h1>")]),
      ("/admin/domains", [("host", "track.example.com")]),
      ("/admin/campaigns", [("name", "Push"), ("slug", "push"), ("source_id", "1"), ("offer_id", "1")]),
      (
        "/admin/campaigns/1/flows",
        [
          ("name", "All"), ("type", "default"), ("offers_id", "1"), ("offers_weight", "1"), ("landings_id", "1"),
          ("landings_weight", "1"),
        ]
      ),
      ("/admin/roles", [("name", "Buyer"), ("permission_reports", "read")]),
    ]
    for (path, fields) in forms { #expect(try await browser.post(path, fields).status == 303, "\(path)") }
  }
}
