extension PortType {
  var format: PortFormat {
    switch self {
    case .sources: .sources
    case .networks: .networks
    case .offers: .offers
    case .landings: .landings
    case .campaigns: .campaigns
    case .flows: .flows
    }
  }
}

extension PortFormat {
  private static let times: Set<String> = ["created_at", "updated_at"]

  static let sources = PortFormat(
    columns: [
      .number("id"), .text("name"), .text("template"), .text("click_id_param"), .text("cost_param"),
      .json("parameters"), .text("postback_url"), .text("currency"), .text("notes"),
    ],
    readOnly: times.union(["query", "warnings", "archived_at"]))

  static let networks = PortFormat(
    columns: [
      .number("id"), .text("name"), .flag("require_key"), .json("allowed_addresses"), .json("status_map"),
      .text("notes"),
    ],
    readOnly: times.union(["postback_key", "postback_path", "signature_required", "postback_secret_set_at"]),
    leftOut: ["postback keys", "signature keys"])

  static let offers = PortFormat(
    columns: [
      .number("id"), .text("name"), .text("url"), .number("network_id"), .text("network"), .text("payout"),
      .text("currency"), .json("payouts"), .json("goals"), .text("duplicate_mode"), .number("cap_daily"),
      .number("cap_total"), .text("status"), .text("notes"),
    ],
    references: [.init(id: "network_id", name: "network", noun: .networks)], readOnly: times)

  static let landings = PortFormat(
    columns: [
      .number("id"), .text("name"), .text("kind"), .text("url"), .text("html"), .text("status"), .flag("protected"),
      .text("notes"),
    ],
    readOnly: times.union(["versions"]), leftOut: ["former versions", "files of imported pages"])

  static let campaigns = PortFormat(
    columns: [
      .number("id"), .text("name"), .text("slug"), .text("status"), .number("source_id"), .text("source"),
      .number("offer_id"), .text("offer"), .number("domain_id"), .text("domain"), .text("cost_model"), .text("cost"),
      .text("currency"), .json("external_ids"), .flag("append_click_param"), .json("bot_filter"),
      .json("frequency_cap"), .number("tracking_profile_id"), .text("tracking_profile"), .json("pixels"),
    ],
    references: [
      .init(id: "source_id", name: "source", noun: .sources), .init(id: "offer_id", name: "offer", noun: .offers),
      .init(id: "domain_id", name: "domain", noun: .domains),
      .init(id: "tracking_profile_id", name: "tracking_profile", noun: .profiles),
    ],
    readOnly: times.union(["tracking_path"]))

  static let flows = PortFormat(
    columns: [
      .number("id"), .number("campaign_id"), .text("campaign"), .text("name"), .text("type"), .number("position"),
      .number("weight"), .flag("active"), .text("binding"), .json("filters"), .json("landings"), .json("offers"),
    ],
    references: [.init(id: "campaign_id", name: "campaign", noun: .campaigns)],
    lists: [.init(field: "landings", noun: .landings), .init(field: "offers", noun: .offers)], readOnly: times)
}
