import Conversions
import Core
import Web

struct PublisherPages: ResourcePages {
  let api: ResourceAPI<PublisherStore>
  let statements: StatementPages
  let layout: Layout
  let site: SiteAddress

  let words = ResourceWords(
    plural: "Publishers", noun: "publisher", icon: .publishers,
    purpose: "A publisher sends you visitors through a link of their own and gets a share of what those bring.",
    opensAfterAdding: true)

  private var balances: BalanceStore { BalanceStore() }

  func columns(_ call: TrackerCall) -> [Parts.Heading] {
    ["Name", "Status", "Paid", .number("Pending"), .number("Open"), .number("Owed"), .number("Paid out")]
  }

  func rows(_ publishers: [Publisher], _ call: TrackerCall) async throws -> [HTML] {
    let found = try await balances.balances(of: publishers.map(\.id), in: call.place.scope)
    let byPublisher = Dictionary(grouping: found, by: \.publisherID)
    return publishers.map { publisher in
      let draft = publisher.draft
      let own = byPublisher[publisher.id] ?? []
      return """
        <tr><th scope="row"><a href="/admin/publishers/\(publisher.id)">\(draft.name)</a></th>\
        <td>\(Parts.status(draft.status.rawValue))</td><td>\(draft.schedule.words)</td>\
        \(amounts(own, \.pending))\(amounts(own, \.open))\(amounts(own, \.owed))\(amounts(own, \.paid))</tr>
        """
    }
  }

  /// One amount a currency.
  private func amounts(_ balances: [Balance], _ amount: (Balance) -> Micros) -> HTML {
    let shown = balances.filter { amount($0) != .zero }.map { Figures.money(amount($0), $0.currency) }
    return "<td class=\"num\">\(shown.isEmpty ? Figures.none : shown.joined(separator: ", "))</td>"
  }

  func listActions(_ call: TrackerCall) -> HTML {
    "<a class=\"btn\" href=\"/admin/commission-rules\">Commission rules</a>"
  }

  func blank(_ call: TrackerCall) async throws -> JSONObject {
    [
      "currency": .string(try await api.settings.all(of: call.place.scope).currency.code), "status": "active",
      "schedule": "monthly", "net_days": 30,
    ]
  }

  func form(_ fields: FormFields, _ call: TrackerCall) async throws -> HTML {
    """
    \(fields.input("name", "Name", required: true))
    \(fields.input("email", "E-mail", .email))
    <div class="ty-pair">\(fields.select(
      "schedule", "Statements", PayoutSchedule.Interval.allCases.map { .init($0.rawValue, $0.title) }))\
    \(fields.input("net_days", "Paid so many days after", .number, hint: "Net 30: thirty days after the period."))</div>
    <div class="ty-pair">\(fields.currency("currency", "Currency"))\
    \(fields.input(
      "minimum_payout", "Minimum payout", .decimal, hint: "Less is carried over to the next statement.",
      placeholder: "0.00"))</div>
    \(fields.select(
      "status", "Status", [.init("active", "Active"), .init("paused", "Paused: earns nothing new")]))
    \(fields.area("notes", "Notes"))
    """
  }

  func body(of form: FormBody) -> JSONObject {
    form.body(
      texts: ["name", "email", "schedule", "currency", "minimum_payout", "status", "notes"], numbers: ["net_days"])
  }

  func aside(_ publisher: Publisher, _ call: TrackerCall) async throws -> HTML {
    let balances = try await balances.balances(of: [publisher.id], in: call.place.scope)
    let link = Parts.card(
      "Tracking link",
      """
      <p>Add this parameter to a campaign's tracking link and give that link to the publisher.</p>
      \(Parts.copyable(
        "Parameter", "pub=\(publisher.id)", id: "publisher-parameter", layout.icons,
        hint: "As in \(site.base(call))/c/my-campaign?pub=\(publisher.id)"))
      """)
    return link + Parts.card("Balance", balances.isEmpty ? "<p>Nothing earned yet.</p>" : balances.map(facts).joined())
  }

  private func facts(_ balance: Balance) -> HTML {
    let money = { (amount: Micros) -> HTML in .escaped(Figures.money(amount, balance.currency)) }
    return Parts.facts([
      ("Pending approval", money(balance.pending)), ("Open", money(balance.open)),
      ("Owed", money(balance.owed)), ("Paid", money(balance.paid)),
    ])
  }

  func below(_ publisher: Publisher, _ call: TrackerCall) async throws -> HTML {
    try await statements.section(of: publisher, call)
  }
}

extension PayoutSchedule {
  /// `Monthly, net 30`
  var words: String { "\(interval.title), net \(netDays)" }
}

extension PayoutSchedule.Interval {
  var title: String {
    switch self {
    case .weekly: "Weekly"
    case .biweekly: "Every two weeks"
    case .monthly: "Monthly"
    }
  }
}
