import Core

extension Domain {
  /// What a visitor of the bare host gets.
  enum Root: Sendable, Hashable {
    case notFound
    /// As at the campaign's tracking link; a campaign that is gone is not found.
    case campaign(Int64)
    case redirect(String)

    static let kinds = ["not_found", "campaign", "redirect"]

    var kind: String {
      switch self {
      case .notFound: "not_found"
      case .campaign: "campaign"
      case .redirect: "redirect"
      }
    }

    var campaignID: Int64? { if case .campaign(let id) = self { id } else { nil } }
    var url: String? { if case .redirect(let url) = self { url } else { nil } }

    init(kind: String, campaignID: Int64?, url: String?) {
      switch (kind, campaignID, url) {
      case ("campaign", let id?, _): self = .campaign(id)
      case ("redirect", _, let url?): self = .redirect(url)
      default: self = .notFound
      }
    }

    static func read(_ fields: inout FieldReader, current: Root) -> Root {
      let kind = (fields.optionalOneOf("root", kinds) ?? nil) ?? current.kind
      let id = fields.optionalInt("root_campaign_id", range: 1...Int64.max) ?? current.campaignID
      let url = fields.optionalURL("root_url") ?? current.url
      if kind == "campaign", id == nil {
        fields.fault("root_campaign_id", "required", "is required where the root is a campaign")
      }
      // A URL that was given and refused has its fault already.
      if kind == "redirect", url == nil, !fields.faults.contains(where: { $0.field.hasSuffix("root_url") }) {
        fields.fault("root_url", "required", "is required where the root redirects")
      }
      return Root(kind: kind, campaignID: id, url: url)
    }
  }

  /// What crawlers are told. A tracker's links are nothing to be found by searching.
  enum Robots: Sendable, Hashable {
    case disallow
    case allow
    case custom(String)

    static let modes = ["disallow", "allow", "custom"]
    /// Crawlers read no more than 500 KiB; nobody writes more than this.
    static let textLimit = 8_192

    var mode: String {
      switch self {
      case .disallow: "disallow"
      case .allow: "allow"
      case .custom: "custom"
      }
    }

    var text: String? { if case .custom(let text) = self { text } else { nil } }

    init(mode: String, text: String?) {
      switch (mode, text) {
      case ("allow", _): self = .allow
      case ("custom", let text?): self = .custom(text)
      default: self = .disallow
      }
    }

    static func read(_ fields: inout FieldReader, current: Robots) -> Robots {
      let mode = (fields.optionalOneOf("robots", modes) ?? nil) ?? current.mode
      let given = fields.optionalString("robots_text", length: 0...textLimit, trim: false)
      // A form's lines end in CRLF.
      let text = given.map { $0?.replacing("\r\n", with: "\n") } ?? current.text
      if mode == "custom", (text ?? "").trimmed.isEmpty, !fields.faults.contains(where: { $0.field == "robots_text" }) {
        fields.fault("robots_text", "required", "is required where robots.txt has a text of its own")
      }
      return Robots(mode: mode, text: text)
    }
  }
}
