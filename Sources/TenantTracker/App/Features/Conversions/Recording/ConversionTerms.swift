import ClickPath
import Conversions
import Core
import Database

/// What is agreed for a click's conversions: its campaign's costs, its offer's payout, its network's rules.
struct ConversionTerms: Sendable {
  /// The tenant's: revenue and cost are counted in it.
  var currency: Currency
  var cost: CostTerms
  /// For the click's country; nil when the click leads to no offer.
  var payout: Money?
  var network: PostbackNetwork?
  /// What the offer pays for besides, by the network's words.
  var goals: [ConversionGoal] = []
  /// What the offer does with hits that say again what is known.
  var duplicates = DuplicateMode.update
  /// Which of its approved conversions wait for somebody's approval here.
  var approvals = ApprovalRules()
  /// What kinds of conversions count and earn.
  var types = ConversionTypeCatalog.standard
  /// Whether the click's source is told of any of its conversions.
  var tellsSource = false

  /// What somebody says it pays, in the currency they name, else in the offer's.
  func money(_ amount: Micros, _ named: Currency?) -> Money { Money(amount, named ?? payout?.currency ?? currency) }

  /// The goal that the first of these words names.
  func goal(named words: [String]) -> ConversionGoal? {
    for word in words.map(ConversionGoal.key) {
      if let goal = goals.first(where: { $0.word == word }) { return goal }
    }
    return nil
  }

  /// - Parameter rates: of the conversion's day.
  func value(
    _ type: ConversionType, _ status: ConversionStatus, _ payout: Money, _ rates: DayRates
  ) -> ConversionValue {
    ConversionValue(type: type, status: status, payout: payout, terms: cost, rates: rates, types: types)
  }
}

/// What a conversion's terms depend on.
struct TermsBasis: Sendable, Hashable {
  let campaignID: Int64
  let offerID: Int64?
  let networkID: Int64?
  let sourceID: Int64?
  let country: String?

  init(_ click: ClickEvent) {
    campaignID = click.campaignID
    offerID = click.offerID
    networkID = click.networkID
    sourceID = click.sourceID
    country = click.country
  }

  /// Of a conversion, which has its click's dimensions.
  init(_ row: Row) throws(DatabaseError) {
    campaignID = try row.get("campaign_id")
    offerID = try row.get("offer_id")
    networkID = try row.get("network_id")
    sourceID = try row.get("source_id")
    country = try row.get("country")
  }
}

/// Where a recorded conversion comes from.
struct ConversionOrigin: Sendable {
  let clickID: ClickID
  let basis: TermsBasis

  init(_ row: Row) throws(DatabaseError) {
    clickID = try row.get("click_id")
    basis = try TermsBasis(row)
  }
}

struct ConversionTermsStore: Sendable {
  func terms(for basis: TermsBasis, of scope: TenantScope) async throws(DatabaseError) -> ConversionTerms {
    try await terms(for: [basis], of: scope)[0]
  }

  /// As many as there are bases, in their order.
  func terms(for bases: [TermsBasis], of scope: TenantScope) async throws(DatabaseError) -> [ConversionTerms] {
    let schema = scope.schema
    let different = Array(Set(bases))
    let asked = different.enumerated().map { place, basis -> SQL in
      """
      (\(place), \(basis.campaignID), \(basis.offerID), \(basis.networkID), \(basis.sourceID), \(basis.country))
      """
    }
    let rows = try await scope.query(
      """
      SELECT b.place, c.cost_model, c.cost_micros, c.currency AS campaign_currency,
        COALESCE(p.payout_micros, o.payout_micros) AS payout_micros, o.currency AS offer_currency, o.duplicate_mode,
        \(OfferGoalStore.list(schema)) AS goals,
        (SELECT s.value FROM \(schema).settings s WHERE s.key = 'currency') AS tenant_currency,
        \(ApprovalRuleStore.applying(schema)) AS approval_rules,
        \(ConversionTypeStore.catalog(schema)) AS conversion_types,
        EXISTS (SELECT FROM \(schema).source_postbacks t JOIN \(schema).sources s ON s.id = t.source_id
          WHERE t.source_id = b.source_id AND t.active AND s.archived_at IS NULL) AS tells_source,
        \(Self.networkColumns)
      FROM (VALUES \(SQL.joined(asked, separator: ", ")))
        AS b (place, campaign_id, offer_id, network_id, source_id, country)
      LEFT JOIN \(schema).campaigns c ON c.id = b.campaign_id
      LEFT JOIN \(schema).offers o ON o.id = COALESCE(b.offer_id, c.offer_id)
      LEFT JOIN \(schema).offer_payouts p ON p.offer_id = o.id AND p.country = b.country
      LEFT JOIN \(schema).networks n ON n.id = COALESCE(b.network_id, o.network_id)
      """)
    var found: [TermsBasis: ConversionTerms] = [:]
    for row in rows {
      let place = try row.get("place", as: Int.self)
      found[different[place]] = try Self.terms(row)
    }
    return bases.compactMap { found[$0] }
  }

  private static func terms(_ row: Row) throws(DatabaseError) -> ConversionTerms {
    var settings = TenantSettings()
    if let value = try row.get("tenant_currency", as: JSONValue?.self) { settings.take("currency", value) }
    var terms = ConversionTerms(
      currency: settings.currency, cost: .free(in: settings.currency), payout: nil, network: nil)
    terms.approvals = ApprovalRules(try row.get("approval_rules", as: JSONValue?.self))
    terms.types = ConversionTypeCatalog(try row.get("conversion_types", as: JSONValue?.self) ?? [:])
    if let model = try row.get("cost_model", as: String?.self).flatMap(CostTerms.Model.init(rawValue:)) {
      terms.cost = CostTerms(
        model: model, rate: try row.get("cost_micros", as: Micros?.self) ?? .zero,
        currency: try row.get("campaign_currency"))
    }
    if let payout = try row.get("payout_micros", as: Micros?.self) {
      terms.payout = Money(payout, try row.get("offer_currency"))
    }
    terms.goals = OfferGoalStore.rules(try row.get("goals", as: JSONValue?.self))
    if let mode = try row.get("duplicate_mode", as: String?.self).flatMap(DuplicateMode.init(rawValue:)) {
      terms.duplicates = mode
    }
    if try row.get("network_id", as: Int64?.self) != nil { terms.network = try network(row) }
    terms.tellsSource = try row.get("tells_source")
    return terms
  }

  /// The network whose own postback URL has this key.
  func network(key: String, of scope: TenantScope) async throws(DatabaseError) -> PostbackNetwork? {
    let row = try await scope.first(
      """
      SELECT \(Self.networkColumns) FROM \(scope.schema).networks n
      WHERE n.postback_key = \(key.replacing("\0", with: "")) AND n.archived_at IS NULL
      """)
    guard let row else { return nil }
    return try Self.network(row)
  }

  private static let networkColumns: SQL = """
    n.id AS network_id, n.postback_key, n.require_key, n.allowed_addresses, n.status_map, n.postback_secret,
    n.former_postback_secret
    """

  private static func network(_ row: Row) throws(DatabaseError) -> PostbackNetwork {
    PostbackNetwork(
      id: try row.get("network_id"), key: try row.get("postback_key"), requiresKey: try row.get("require_key"),
      allowedAddresses: try row.get("allowed_addresses", as: [String].self).compactMap { CIDR($0) },
      statuses: StatusMap(try row.get("status_map", as: JSONValue.self)),
      sealedSecrets: try NetworkSecretStore.sealedSecrets(row))
  }
}
