import Core

/// A platform where clicks are bought: what its macros are called, and where it takes conversions.
struct SourceTemplate: Sendable {
  /// `kadam`: what a source remembers.
  let id: String
  let name: String
  /// `Push, native, pop`
  let formats: String
  let parameters: [SourceParameter]
  /// Where the platform takes conversions; empty if it has no such URL.
  let postbackURL: String
  /// What is left to do by hand.
  let hints: [String]

  var json: JSONValue {
    [
      "id": .string(id), "name": .string(name), "formats": .string(formats),
      "click_id_param": .string(clickIDParameter), "cost_param": .string(costParameter),
      "parameters": .array(parameters.map(\.json)), "postback_url": .string(postbackURL),
      "query": .string(TrackingLink.query(parameters)), "hints": JSONValue(hints),
    ]
  }

  var clickIDParameter: String { parameters.first { $0.role == .clickID }?.parameter ?? "click_id" }
  var costParameter: String { parameters.first { $0.role == .cost }?.parameter ?? "cost" }

  static func named(_ id: String) -> SourceTemplate? { all.first { $0.id == id } }

  static let custom = SourceTemplate(
    id: "custom", name: "Custom", formats: "Any",
    parameters: [.init("click_id", "{click_id}", .clickID), .init("cost", "{cost}", .cost)], postbackURL: "",
    hints: ["Put the source's own macros in the place of those in braces."])

  /// The ten of the documents, in their order. Macros and addresses are as the platforms document them.
  static let all: [SourceTemplate] = [
    SourceTemplate(
      id: "kadam", name: "Kadam", formats: "Push, native, pop",
      parameters: [
        .init("click_id", "{click_id}", .clickID), .init("cost", "{cpc}", .cost),
        .init("sub2", "{campaign_id}", .campaign), .init("sub3", "{site_id}", .site), .init("sub4", "{ad_id}", .ad),
      ],
      postbackURL: "https://kdtrk.net/ru/postback/?data={external_id}&cost={payout}&status={status}", hints: []),
    SourceTemplate(
      id: "propellerads", name: "PropellerAds", formats: "Push, pop, interstitial",
      parameters: [
        .init("click_id", "${SUBID}", .clickID), .init("cost", "{cost}", .cost),
        .init("sub2", "{campaignid}", .campaign), .init("sub3", "{zoneid}", .site), .init("sub4", "{bannerid}", .ad),
      ],
      postbackURL:
        "https://ad.propellerads.com/conversion.php?aid=ACC&pid=&tid=ACC&visitor_id={external_id}&payout={payout}",
      hints: ["In the postback URL, put your account's values in the place of both ACC."]),
    SourceTemplate(
      id: "meta", name: "Meta Ads", formats: "Feed, stories, reels",
      parameters: [
        .init("fbclid", "", .clickID), .init("sub2", "{{campaign.id}}", .campaign),
        .init("sub3", "{{adset.id}}", .adGroup), .init("sub4", "{{ad.id}}", .ad),
        .init("sub5", "{{placement}}", .placement),
      ], postbackURL: "",
      hints: [
        "Meta appends fbclid by itself; it has no macro for it, nor for the cost.",
        "Conversions go back through Meta's Conversions API, not through a postback URL.",
      ]),
    SourceTemplate(
      id: "tiktok", name: "TikTok Ads", formats: "In-feed, top view",
      parameters: [
        .init("ttclid", "__CLICKID__", .clickID), .init("sub2", "__CAMPAIGN_ID__", .campaign),
        .init("sub3", "__AID__", .adGroup), .init("sub4", "__CID__", .ad),
      ], postbackURL: "", hints: ["Conversions go back through TikTok's Events API, not through a postback URL."]),
    SourceTemplate(
      id: "google", name: "Google Ads", formats: "Search, display, YouTube",
      parameters: [
        .init("gclid", "{gclid}", .clickID), .init("gbraid", "", .clickID), .init("wbraid", "", .clickID),
        .init("sub2", "{campaignid}", .campaign), .init("sub3", "{adgroupid}", .adGroup),
        .init("sub4", "{creative}", .ad), .init("sub5", "{keyword}", .keyword), .init("sub6", "{matchtype}", .other),
        .init("sub7", "{device}", .device),
      ], postbackURL: "",
      hints: [
        "Leave auto-tagging on: Google appends gbraid and wbraid by itself where it has no gclid.",
        "Conversions go back through Google's Data Manager, not through a postback URL.",
      ]),
    SourceTemplate(
      id: "taboola", name: "Taboola", formats: "Native",
      parameters: [
        .init("click_id", "{click_id}", .clickID), .init("cost", "{cpc}", .cost),
        .init("sub2", "{campaign_id}", .campaign), .init("sub3", "{site}", .site),
      ],
      postbackURL:
        "https://trc.taboola.com/actions-handler/log/3/s2s-action?click-id={external_id}&name=EVENT&revenue={payout}"
        + "&currency={currency}&orderid={txid}",
      hints: ["In the postback URL, put the name of your Taboola conversion in the place of EVENT."]),
    SourceTemplate(
      id: "mgid", name: "MGID", formats: "Native, content",
      parameters: [
        .init("click_id", "{click_id}", .clickID), .init("cost", "{click_price}", .cost),
        .init("sub2", "{campaign_id}", .campaign), .init("sub3", "{widget_id}", .site),
        .init("sub4", "{teaser_id}", .ad),
      ], postbackURL: "https://a.mgid.com/postback?c={external_id}&e=EVENT&r={payout}",
      hints: ["In the postback URL, put the name of your MGID conversion in the place of EVENT."]),
    SourceTemplate(
      id: "exoclick", name: "ExoClick", formats: "Pop, push, native",
      parameters: [.init("click_id", "{conversions_tracking}", .clickID)],
      postbackURL: "https://s.magsrv.com/tag.php?goal=GOAL&tag={external_id}",
      hints: ["In the postback URL, put your goal's id in the place of GOAL."]),
    SourceTemplate(
      id: "richads", name: "RichAds", formats: "Push, pop, direct",
      parameters: [
        .init("click_id", "[CLICK_ID]", .clickID), .init("cost", "[BID_PRICE]", .cost),
        .init("sub2", "[CAMPAIGN_ID]", .campaign), .init("sub3", "[SITE_ID]", .site),
        .init("sub4", "[CREATIVE_ID]", .ad), .init("sub5", "[PUBLISHER_ID]", .placement),
      ], postbackURL: "http://xml.auxml.com/log?action=conversion&key={external_id}&price={payout}",
      hints: ["For pop campaigns the cost's macro is [CPV_PRICE]."]),
    custom,
  ]
}
