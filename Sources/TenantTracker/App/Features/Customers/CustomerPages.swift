import Analytics
import Core
import Web

/// Who buys, who comes back, and what each of them brings.
struct CustomerPages: Sendable {
  let api: CustomersAPI
  let names: NameStore
  let layout: Layout

  static let path = "/admin/customers"
  static let cohortsPath = "/admin/customers/cohorts"

  func register(in table: inout TrackerTable) {
    table.page("/customers", .read(.reports), "Customers with what they brought in all") { try await list($0) }
    table.page("/customers/cohorts", .read(.reports), "Customers by the month of their first order") {
      try await cohorts($0)
    }
    table.page("/customers/{id}", .read(.reports), "A customer with the way they went") { try await show($0) }
  }

  private func tabs(isCohorts: Bool) -> HTML {
    Parts.tabs("Customers", [("Customers", Self.path, !isCohorts), ("Cohorts", Self.cohortsPath, isCohorts)])
  }

  private func page(_ content: HTML, _ call: TrackerCall, isCohorts: Bool = false, status: Int = 200) -> Reply {
    layout.page(
      Layout.Frame(title: "Customers", current: Self.path), call, status: status, tabs(isCohorts: isCohorts) + content)
  }

  // The list

  private func list(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let filters = try await filters(call)
    do {
      let (answer, currency) = try await api.list(call.head.queryItems, of: scope)
      let view = CustomerListView(
        answer: answer, currency: currency, times: LocalTimes(try await api.settings.all(of: scope)),
        campaigns: try await names.names(.campaigns, Set(answer.page.items.compactMap(\.campaignID)), of: scope),
        sources: try await names.names(.sources, Set(answer.page.items.compactMap(\.sourceID)), of: scope),
        sort: call.query("sort") ?? "-ltv", address: filters.address(Self.path))
      return page(
        filters.html(action: Self.path, problem: nil, layout.icons)
          + (answer.page.items.isEmpty ? empty(filters) : view.html), call)
    } catch let problem as Problem where problem.isAboutTheForm {
      return page(filters.html(action: Self.path, problem: problem, layout.icons), call, status: problem.status)
    }
  }

  private func filters(_ call: TrackerCall) async throws -> LogFilters {
    let scope = call.place.scope
    return LogFilters(
      [
        .init(name: "from", label: "Ordered from", control: .date), .init(name: "to", label: "To", control: .date),
        .init(
          name: "campaign_id", label: "Campaign",
          control: .choice(try await names.live(.campaigns, of: scope).choices, none: "All")),
        .init(
          name: "min_orders", label: "Orders",
          control: .choice([2, 3, 5, 10].map { .init("\($0)", "\($0) or more") }, none: "Any number")),
        .init(
          name: "source_id", label: "Source",
          control: .choice(try await names.live(.sources, of: scope).choices, none: "All"), isMore: true),
        .init(
          name: "time", label: "Days of",
          control: .choice(
            [FormFields.Choice(ReportRequest.TimeBasis.conversion.rawValue, "The order")], none: "The click"),
          isMore: true),
      ], call)
  }

  private func empty(_ filters: LogFilters) -> HTML {
    let content =
      filters.areSet
      ? Parts.empty(
        layout.icons(.search), "No customer fits", "Take a filter away, or choose other days.",
        "<a class=\"btn\" href=\"\(href: Self.path)\">Show all customers</a>")
      : Parts.empty(
        layout.icons(.customers), "No customers yet",
        "Whoever is behind an approved order is listed here: the same browser, else the same e-mail address, is one person.",
        "<a class=\"btn\" href=\"\(ConversionPages.path)\">Go to conversions</a>")
    return "<div class=\"card\">\(content)</div>"
  }

  // One customer

  private func show(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let (customer, journey) = try await api.find(call)
    let settings = try await api.settings.all(of: scope)
    let view = CustomerView(
      customer: customer, journey: journey, settings: settings,
      book: try await NameBook(journey, customer, names, scope), icons: layout.icons)
    return layout.page(
      Layout.Frame(title: customer.title, current: Self.path, crumbs: [("Customers", Self.path)]), call, view.html)
  }

  // Cohorts

  private func cohorts(_ call: TrackerCall) async throws -> Reply {
    let shown = CohortView.Figure(rawValue: call.query("show") ?? "") ?? .retention
    do {
      let items = call.head.queryItems.filter { $0.name != "show" }
      let found = try await api.cohorts(items, of: call.place.scope)
      let view = CohortView(cohorts: found.cohorts, currency: found.currency, today: found.today, shown: shown)
      let empty: HTML = """
        <div class="card">\(Parts.empty(
          layout.icons(.customers), "No customers in these months",
          "A cohort is everybody who ordered first in one month: it shows how many of them come back."))</div>
        """
      return page(found.cohorts.isEmpty ? empty : view.html, call, isCohorts: true)
    } catch let problem as Problem where problem.isAboutTheForm {
      return page(
        FormFields([:], problem: problem, icons: layout.icons).summary, call, isCohorts: true, status: problem.status)
    }
  }
}
