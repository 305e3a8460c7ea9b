import Core

/// One thing that waits for somebody: a line and the way there.
struct DashboardAlert: Sendable, Hashable {
  let text: String
  let path: String
  /// What the link says.
  let action: String
  /// Something is being lost right now.
  var isUrgent = false
}

/// What alerts are made of, as found now. Counts end at ``AlertStore/limit``.
struct AlertSigns: Sendable {
  struct Macro: Sendable, Hashable {
    let source: NameStore.Name
    let macro: String
  }

  /// Of the installation, for those who look after it.
  struct Machine: Sendable {
    /// Clicks that are answered but not in the database yet.
    var waitingClicks = 0
    /// Records that the journal could not keep since the start.
    var lostRecords = 0
    /// Of the disk that the journal is on; nil when it is not known.
    var freeBytes: Int64? = nil
    /// No database for countries.
    var lacksGeoIP = false
  }

  var licence: String? = nil
  var macros: [Macro] = []
  var unmappedStatuses = 0
  var pendingReviews = 0
  /// In the last hour.
  var refusedPostbacks = 0
  var deadDeliveries = 0
  var cappedOffers: [NameStore.Name] = []
  /// Active campaigns without a flow and an offer: visitors get a 404.
  var deadEnds: [NameStore.Name] = []
  /// Clicks and conversions of the shown days whose money has no rate.
  var unconverted: Int64 = 0
  var machine: Machine? = nil
}

extension AlertSigns {
  /// More clicks than these wait only while the database is away or too slow.
  private static let backlog = 50_000
  private static let scarceBytes: Int64 = 2 << 30

  /// Those that the session can do something about; what is lost comes first.
  func alerts(for session: TrackerSession) -> [DashboardAlert] {
    var lines: [(Section, DashboardAlert?)] = machineAlerts.map { (Section.settings, $0) }
    lines.append((.settings, licenceAlert))
    lines.append((.campaigns, deadEndAlert))
    lines.append((.sources, macroAlert))
    lines.append((.reports, refusedAlert))
    lines.append((.sources, deadAlert))
    lines.append((.networks, unmappedAlert))
    lines.append((.reports, reviewAlert))
    lines.append((.offers, capAlert))
    lines.append((.settings, currencyAlert))
    return lines.compactMap { section, alert in session.allows(.read(section)) ? alert : nil }
  }

  private func line(_ count: Int, _ noun: String, _ rest: String, _ path: String, _ action: String) -> DashboardAlert? {
    guard count > 0 else { return nil }
    let number = count >= AlertStore.limit ? "\(Figures.count(AlertStore.limit))+" : Figures.count(count)
    return DashboardAlert(text: "\(number) \(noun)\(count == 1 ? "" : "s") \(rest)", path: path, action: action)
  }

  /// `A`, `A and B`, `A, B and 3 more`
  private static func names(_ names: [String]) -> String {
    switch names.count {
    case 0...1: names.first ?? ""
    case 2: "\(names[0]) and \(names[1])"
    default: "\(names[0]), \(names[1]) and \(names.count - 2) more"
    }
  }

  private var licenceAlert: DashboardAlert? {
    licence.map { DashboardAlert(text: $0, path: "/admin/license", action: "Open the licence") }
  }

  private var refusedAlert: DashboardAlert? {
    line(refusedPostbacks, "postback", "came to nothing in the last hour.", PostbackPages.path, "See why")
  }

  private var deadAlert: DashboardAlert? {
    line(
      deadDeliveries, "postback", "to traffic sources could not be delivered.", "\(DeliveryPages.path)?state=dead",
      "Try again")
  }

  private var unmappedAlert: DashboardAlert? {
    let verb = unmappedStatuses == 1 ? "has" : "have"
    return line(
      unmappedStatuses, "status word", "of your networks \(verb) no meaning yet.", UnmappedStatusPages.path, "Map")
  }

  private var reviewAlert: DashboardAlert? {
    let verb = pendingReviews == 1 ? "waits" : "wait"
    return line(pendingReviews, "conversion", "\(verb) for approval.", ReviewPages.path, "Review")
  }

  private var macroAlert: DashboardAlert? {
    guard let first = macros.first else { return nil }
    let others = Set(macros.map(\.source)).count - 1
    let rest = others == 0 ? "" : " So \(others == 1 ? "does another source" : "do \(others) other sources") of yours."
    return DashboardAlert(
      text: "\(first.source.name) sends \(first.macro) as it stands, so its value is missing.\(rest)",
      path: others == 0 ? "/admin/sources/\(first.source.id)" : "/admin/sources", action: "Check the link")
  }

  private var deadEndAlert: DashboardAlert? {
    guard let first = deadEnds.first else { return nil }
    return DashboardAlert(
      text: "\(Self.names(deadEnds.map(\.name))): no flow and no offer. Visitors get a 404 page.",
      path: deadEnds.count == 1 ? "/admin/campaigns/\(first.id)" : "/admin/campaigns", action: "Add a flow",
      isUrgent: true)
  }

  private var capAlert: DashboardAlert? {
    guard let first = cappedOffers.first else { return nil }
    return DashboardAlert(
      text: "\(Self.names(cappedOffers.map(\.name))): the cap is reached, and visitors go elsewhere.",
      path: cappedOffers.count == 1 ? "/admin/offers/\(first.id)" : "/admin/offers", action: "See the caps")
  }

  private var currencyAlert: DashboardAlert? {
    guard unconverted > 0 else { return nil }
    return DashboardAlert(
      text: """
        \(Figures.count(unconverted)) clicks and conversions of these days are in currencies without an exchange rate: \
        cost and revenue lack them.
        """, path: CurrencyPages.path, action: "Add rates")
  }

  private var machineAlerts: [DashboardAlert?] {
    guard let machine else { return [] }
    let settings = "/admin/settings"
    return [
      machine.lostRecords > 0
        ? DashboardAlert(
          text:
            "The journal could not keep \(Figures.count(machine.lostRecords)) records. Check the disk of this server.",
          path: settings, action: "Open settings", isUrgent: true) : nil,
      machine.freeBytes.flatMap { free in
        free >= Self.scarceBytes
          ? nil
          : DashboardAlert(
            text: "The journal's disk has \(Figures.count(free >> 20)) MB left. Clicks are lost when it is full.",
            path: settings, action: "Open settings", isUrgent: true)
      },
      machine.waitingClicks >= Self.backlog
        ? DashboardAlert(
          text: """
            \(Figures.count(machine.waitingClicks)) clicks wait in the journal for the database. Nothing is lost; \
            figures are behind.
            """, path: "/admin/clicks", action: "Open the click log") : nil,
      machine.lacksGeoIP
        ? DashboardAlert(
          text: "There is no GeoIP database: countries are not known, and filters on them match nobody.",
          path: GeoIPPages.path, action: "Install one") : nil,
    ]
  }
}
