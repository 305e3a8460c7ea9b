import Core
import Web

/// An invoice or receipt as HTML that prints well.
enum InvoiceSheet {
  static func html(_ document: InvoiceDocument) -> HTML {
    let facts = document.facts.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>" as HTML }
    let rows = document.rows.map { row -> HTML in
      """
      <tr><td>\(row.description)</td><td class="num">\(row.quantity)</td><td class="num">\(row.unitPrice)</td>\
      <td class="num">\(row.amount)</td></tr>
      """
    }
    let sums = document.sums.map { sum -> HTML in
      """
      <tr\(if: sum.isStrong, " class=\"ty-total\"")><th scope="row" colspan="3" class="num">\(sum.label)</th>\
      <td class="num">\(sum.amount)</td></tr>
      """
    }
    let vatID: HTML = document.seller.vatID.isEmpty ? .empty : "<br>VAT id \(document.seller.vatID)"
    return """
      <article class="card ty-sheet"><div class="card-body"><div class="ty-pair">
      <p><strong>\(document.seller.title)</strong><br>\(PortalParts.lines(document.seller.address))\(vatID)</p>
      <dl class="ty-facts">\(facts)</dl></div>
      <p><small class="ty-sub">Billed to</small><br>\(PortalParts.lines(document.buyer.joined(separator: "\n")))</p>
      <div class="ty-scroll" tabindex="0" role="region" aria-label="What is charged"><table class="table">
      <caption class="visually-hidden">What is charged</caption>
      <thead><tr><th scope="col">Description</th><th scope="col" class="num">Quantity</th>\
      <th scope="col" class="num">Price</th><th scope="col" class="num">Amount</th></tr></thead>
      <tbody>\(rows)</tbody><tfoot>\(sums)</tfoot></table></div>
      \(document.notes.map { "<p>\(PortalParts.lines($0))</p>" as HTML })</div></article>
      """
  }
}
