public import Core

extension ClickPipeline {
  /// What would happen to this hit, and why, without recording it: `?test=1`.
  public func explain(
    _ request: VisitorRequest, slug: String, in place: Snapshot.Place, using generator: ChaChaGenerator
  ) -> JSONValue {
    guard !slug.isEmpty else {
      return [
        "recorded": false, "decision": "not_found", "reason": "no_campaign",
        "detail": "Name a campaign: /click?campaign={slug}&test=1",
      ]
    }
    guard let campaign = place.tenant.campaign(slug: slug) else {
      return ["recorded": false, "decision": "not_found", "reason": .string(StopReason.unknownCampaign.rawValue)]
    }
    let hit = Hit(request, tenant: place.tenant, campaign: campaign, generator: generator, isRehearsal: true)
    let stop = decide(hit)
    let answer = answer(
      hit, stoppedBy: stop, in: place, isRecorded: false, firesPixels: Uncounted(request) == nil)
    return [
      "recorded": false,
      "campaign": ["id": .int(campaign.id), "slug": .string(campaign.slug)],
      "decision": .string(hit.decision(stop)), "reason": JSONValue(stop?.rawValue),
      "uncounted": JSONValue(Uncounted(request)?.rawValue),
      "status": .int(answer.status), "location": JSONValue(answer.destination),
      "flow_id": JSONValue(hit.flow?.id), "landing_id": JSONValue(hit.landing?.id),
      "offer_id": JSONValue(hit.offer?.id), "stages": JSONValue(stages.map(\.name)), "facts": hit.factsJSON,
      "trace": JSONValue(hit.trace),
    ]
  }

  /// Whether the query asks for an explanation instead of a click.
  public static func wantsExplanation(_ query: Substring) -> Bool { QueryReader.value(of: "test", in: query) == "1" }
}

extension Hit {
  fileprivate func decision(_ stop: StopReason?) -> String {
    if let stop { return stop.status?.rawValue ?? "not_found" }
    return landing == nil ? "offer" : "landing"
  }

  fileprivate var factsJSON: JSONValue {
    var subs = JSONObject()
    for (number, value) in facts.subs { subs["sub\(number)"] = .string(value) }
    return [
      "ip": .string(storedAddress.description), "country": JSONValue(facts.country), "region": JSONValue(facts.region),
      "city": JSONValue(facts.city), "isp": JSONValue(facts.isp), "os": JSONValue(facts.os),
      "browser": JSONValue(facts.browser), "device": JSONValue(facts.device), "bot": JSONValue(facts.bot),
      "fraud_score": JSONValue(facts.fraudScore),
      "language": JSONValue(facts.language?.text), "referrer": JSONValue(facts.referrer),
      "referrer_domain": JSONValue(facts.referrerDomain), "user_agent": JSONValue(facts.userAgent),
      "external_id": JSONValue(facts.externalID), "publisher_id": JSONValue(facts.publisherID),
      "cost": JSONValue(facts.cost), "subs": .object(subs),
      "unreplaced_macros": .array(
        facts.unreplacedMacros.map { ["parameter": .string($0.parameter), "macro": .string($0.macro)] }),
    ]
  }
}
