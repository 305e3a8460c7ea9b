import Analytics
import Core
import Web

/// The list of customers, below its filters.
struct CustomerListView: Sendable {
  let answer: CustomerValueStore.Answer
  let currency: Currency
  let times: LocalTimes
  let campaigns: [Int64: String]
  let sources: [Int64: String]
  /// `-ltv`
  let sort: String
  /// The page with its filters.
  let address: PageAddress

  var html: HTML {
    figures
      + """
      <div class="card"><div class="ty-scroll" tabindex="0" role="region" aria-label="Customers">
      <table class="table card-table" data-ty-table="customers"><caption class="visually-hidden">Customers</caption>
      <thead><tr><th scope="col">Customer</th>\(heading("LTV", .ltv))\(heading("Orders", .orders))\
      <th scope="col" class="num">AOV</th>\(heading("First order", .firstOrder, isNumber: false))\
      \(heading("Last order", .lastOrder, isNumber: false))<th scope="col">Campaign</th><th scope="col">Source</th>\
      <th scope="col">Country</th></tr></thead><tbody>\(answer.page.items.map(row))</tbody></table></div>\(next)</div>
      """
  }

  private var figures: HTML {
    let items = CustomerValue.Totals.metrics.map { metric -> HTML in
      """
      <div class="ty-figure"><dt>\(metric.label)</dt><dd>\(Figures.text(metric, of: answer.totals.base, currency))</dd></div>
      """
    }
    return """
      <dl class="ty-figures">\(items)</dl>
      <p class="text-secondary">Over everybody who fits. The same browser, else the same e-mail address, is one customer. \
      Figures are of their whole life, upsells and rebills included; campaign and source are those of the click that led \
      to the first order.</p>
      """
  }

  private func heading(_ title: String, _ key: CustomerFilter.Sort, isNumber: Bool = true) -> HTML {
    let descends = sort != "-\(key.rawValue)"
    let current: Parts.Order? = sort == key.rawValue ? .ascending : descends ? nil : .descending
    return Parts.sortHeading(
      title, address.with("sort", (descends ? "-" : "") + key.rawValue).description, current: current,
      isNumber: isNumber)
  }

  private func row(_ customer: CustomerValue) -> HTML {
    let name = { (id: Int64?, names: [Int64: String]) in Parts.text(id.map { names[$0] ?? "#\($0)" }) }
    return """
      <tr><th scope="row"><a href="\(CustomerPages.path)/\(customer.id)">\(customer.title)</a>\
      \(if: customer.isRepeat, " " + Parts.badge("Repeat", .good))</th>\
      <td class="num">\(Figures.money(customer.revenue, currency))</td><td class="num">\(Figures.count(customer.orders))</td>\
      <td class="num">\(customer.averageOrder.map { Figures.money($0, currency) } ?? Figures.none)</td>\
      <td>\(times(customer.firstOrderAt))</td><td>\(times(customer.lastOrderAt))</td>\
      <td>\(name(customer.campaignID, campaigns))</td><td>\(name(customer.sourceID, sources))</td>\
      <td>\(Parts.text(customer.country))</td></tr>
      """
  }

  private var next: HTML {
    guard let cursor = answer.page.nextCursor else { return .empty }
    let following = address.with("sort", sort == "-ltv" ? nil : sort).with("cursor", cursor).description
    return """
      <div class="card-footer ty-pager"><a class="btn" href="\(href: following)" rel="next">Next page</a></div>
      """
  }
}
