import Analytics
import Core
import Web

/// What sells: by product and by category.
struct ProductReportPages: Sendable {
  let api: ProductReportAPI
  let names: NameStore
  let layout: Layout

  static let path = "/admin/products/report"

  func register(in table: inout TrackerTable) {
    table.page("/products/report", .read(.reports), "What was sold of each product") { try await show($0) }
  }

  private func show(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let form = try await form(call)
    do {
      let items =
        [("from", form.period.from.description), ("to", form.period.to.description)]
        + call.head.queryItems.filter { !["period", "from", "to"].contains($0.name) }
      let report = try await api.answer(items, of: scope)
      let view = ProductReportView(
        report: report, revenue: try await api.revenue(report, of: scope), address: form.address)
      let isEmpty = report.answer.totals.rows == 0 && report.question.offset == 0
      return page(form.html + (isEmpty ? empty(form) : view.html), call)
    } catch let problem as Problem where problem.isAboutTheForm {
      let fields = FormFields([:], problem: problem, icons: layout.icons)
      return page(form.html + fields.summary, call, status: problem.status)
    }
  }

  private func page(_ content: HTML, _ call: TrackerCall, status: Int = 200) -> Reply {
    let catalogue: HTML =
      call.session.allows(.read(Product.section)) ? "<a class=\"btn\" href=\"/admin/products\">Catalogue</a>" : .empty
    return layout.page(
      Layout.Frame(title: "Product Report", current: Self.path, actions: catalogue), call, status: status, content)
  }

  private func form(_ call: TrackerCall) async throws -> DaysForm {
    let scope = call.place.scope
    let zone = try await api.settings.all(of: scope).zone
    let today = try await ReportWindow.today(zone: zone, now: api.clock.now(), in: scope)
    let value = { (name: String) in call.query(name) ?? "" }
    let campaigns = try await names.live(.campaigns, of: scope).choices
    let sources = try await names.live(.sources, of: scope).choices
    let order = FormFields.Choice(ReportRequest.TimeBasis.conversion.rawValue, "The order")
    return DaysForm(
      path: Self.path,
      period: Period(preset: call.query("period"), from: call.query("from"), to: call.query("to"), today: today),
      kept: [("group_by", value("group_by")), ("sort", value("sort"))],
      fields: [
        .init(
          name: "campaign_id", label: "Campaign", value: value("campaign_id"),
          control: .choice(campaigns, none: "All")),
        .init(name: "source_id", label: "Source", value: value("source_id"), control: .choice(sources, none: "All")),
        .init(name: "category", label: "Category", value: value("category"), control: .text(placeholder: "Footwear")),
        .init(name: "time", label: "Days of", value: value("time"), control: .choice([order], none: "The click")),
      ])
  }

  private func empty(_ form: DaysForm) -> HTML {
    let isNarrow = form.fields.contains { !$0.value.isEmpty }
    let content =
      isNarrow
      ? Parts.empty(
        layout.icons(.search), "Nothing was sold",
        "No approved conversion of \(form.period.text) that fits tells what it was of.",
        "<a class=\"btn\" href=\"\(href: Self.path)\">Show everything</a>")
      : Parts.empty(
        layout.icons(.purchases), "Nothing was sold in these days",
        "An order tells its products when the pixel reports a purchase with products, or a shop's webhook an order.",
        "<a class=\"btn\" href=\"\(PixelPages.path)\">Go to the pixel</a>")
    return "<div class=\"card\">\(content)</div>"
  }
}
