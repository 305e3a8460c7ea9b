import Analytics
import Core
import Web

/// The report's figures and table.
struct ProductReportView: Sendable {
  let report: ProductReportAPI.Report
  /// Of all approved conversions.
  let revenue: Micros
  /// The page with its filters, grouping and order.
  let address: PageAddress

  private var question: ProductReportQuestion { report.question }
  private var totals: ProductSales.Totals { report.answer.totals }

  private var ungrouped: PageAddress { address.without("group_by", "sort") }

  var html: HTML {
    tabs + figures
      + """
      <div class="card">\(table)\(next)</div>
      """
  }

  private var tabs: HTML {
    Parts.tabs(
      "Rows",
      [
        ("Products", ungrouped.description, question.grouping == .product),
        ("Categories", ungrouped.with("group_by", "category").description, question.grouping == .category),
      ])
  }

  /// What the numbers are of, in words too.
  private var figures: HTML {
    let pairs: [(String, String)] = [
      ("Units", Figures.count(totals.units)), ("Orders", Figures.count(totals.orders)),
      ("Sold", Figures.money(totals.revenue, report.currency)),
      ("Revenue of all approved conversions", Figures.money(revenue, report.currency)),
    ]
    let items = pairs.map { "<div class=\"ty-figure\"><dt>\($0.0)</dt><dd>\($0.1)</dd></div>" as HTML }
    let unpriced: HTML =
      totals.unpricedLines == 0
      ? .empty
      : " \(Figures.count(totals.unpricedLines)) lines have no price, or no exchange rate: their units count and bring nothing."
    return """
      <dl class="ty-figures">\(items)</dl>
      <p class="text-secondary">\(report.window.days.from) to \(report.window.days.to), by the day of the \
      \(question.basis == .click ? "click" : "order"). Sold is price times quantity over the lines of approved \
      conversions; refunded, cancelled and undecided orders are left out. Discounts, shipping and partial refunds are in \
      the conversions' revenue and not in the lines, and a payout may be a share of the price: the two sums need not \
      agree.\(unpriced)</p>
      """
  }

  private var table: HTML {
    let isByProduct = question.grouping == .product
    let first = isByProduct ? "Product" : "Category"
    let others: HTML = isByProduct ? "<th scope=\"col\">SKU</th><th scope=\"col\">Category</th>" : .empty
    let rows = report.answer.page.items.map { isByProduct ? product($0) : category($0) }
    let blank: HTML = isByProduct ? "<td></td><td></td>" : .empty
    return """
      <div class="ty-scroll" tabindex="0" role="region" aria-label="Product report">
      <table class="table card-table" data-ty-table="products"><caption class="visually-hidden">What was sold</caption>
      <thead><tr>\(heading(first, .name, isNumber: false))\(others)\(heading("Units", .units))\
      \(heading("Orders", .orders))\(heading("Sold", .revenue))<th scope="col" class="num">Share</th>\
      <th scope="col" class="num">Average price</th></tr></thead><tbody>\(rows)</tbody>
      <tfoot><tr class="ty-total"><th scope="row">All \(Figures.count(totals.rows))</th>\(blank)\
      <td class="num">\(Figures.count(totals.units))</td><td class="num">\(Figures.count(totals.orders))</td>\
      <td class="num">\(Figures.money(totals.revenue, report.currency))</td><td></td><td></td></tr></tfoot></table></div>
      """
  }

  private func heading(_ title: String, _ sort: ProductReportQuestion.Sort, isNumber: Bool = true) -> HTML {
    let isCurrent = question.sort == sort
    // Numbers begin with the greatest, names with A.
    let descends = isCurrent ? !question.isDescending : isNumber
    return Parts.sortHeading(
      title, address.with("sort", (descends ? "-" : "") + sort.rawValue).description,
      current: isCurrent ? (question.isDescending ? .descending : .ascending) : nil, isNumber: isNumber)
  }

  private func product(_ sales: ProductSales) -> HTML {
    let name = sales.name ?? Figures.none
    let cell: HTML =
      switch sales.productID {
      case let id? where !sales.isArchived: "<a href=\"/admin/products/\(id)\">\(name)</a>"
      case _?: "\(name) <span class=\"ty-sub\">deleted</span>"
      case nil: "\(name) <span class=\"ty-sub\">not in the catalogue</span>"
      }
    return """
      <tr><th scope="row">\(cell)</th><td>\(Parts.text(sales.sku))</td><td>\(Parts.text(sales.category))</td>\
      \(numbers(sales))</tr>
      """
  }

  private func category(_ sales: ProductSales) -> HTML {
    let cell: HTML =
      sales.name.map { name in
        "<a href=\"\(href: ungrouped.with("category", name).description)\">\(name)</a>"
      } ?? "<span class=\"text-secondary\">No category</span>"
    return "<tr><th scope=\"row\">\(cell)</th>\(numbers(sales))</tr>"
  }

  private func numbers(_ sales: ProductSales) -> HTML {
    """
    <td class="num">\(Figures.count(sales.units))</td><td class="num">\(Figures.count(sales.orders))</td>\
    <td class="num">\(Figures.money(sales.revenue, report.currency))</td>\
    <td class="num">\(sales.share.map { Figures.percent(tenThousandths: $0, places: 1) } ?? Figures.none)</td>\
    <td class="num">\(sales.averagePrice.map { Figures.money($0, report.currency) } ?? Figures.none)</td>
    """
  }

  private var next: HTML {
    guard let cursor = report.answer.page.nextCursor else { return .empty }
    return """
      <div class="card-footer ty-pager"><a class="btn" rel="next" \
      href="\(href: address.with("cursor", cursor).description)">Next page</a></div>
      """
  }
}
