import Core
import Web

struct ProductPages: ResourcePages {
  let api: ResourceAPI<ProductStore>
  let layout: Layout

  let words = ResourceWords(
    plural: "Products", noun: "product", icon: .products,
    purpose:
      "A product is what your shop sells. What the pixel and shops' webhooks report of an order is matched to it, so that "
      + "the product report knows what sells.")

  func columns(_ call: TrackerCall) -> [Parts.Heading] {
    ["Name", "SKU", .number("Price"), "Category", "External id", "Source"]
  }

  func rows(_ products: [Product], _ call: TrackerCall) async throws -> [HTML] {
    products.map { product in
      let draft = product.draft
      return """
        <tr><th scope="row"><a href="/admin/products/\(product.id)">\(draft.name)</a></th>\
        <td><code>\(draft.sku)</code></td><td class="num">\(Figures.money(draft.price, draft.currency))</td>\
        <td>\(Parts.text(draft.category))</td><td>\(Parts.text(draft.externalID))</td><td>\(draft.source.title)</td></tr>
        """
    }
  }

  func blank(_ call: TrackerCall) async throws -> JSONObject {
    ["currency": .string(try await api.settings.all(of: call.place.scope).currency.code), "source": "manual"]
  }

  func form(_ fields: FormFields, _ call: TrackerCall) async throws -> HTML {
    let sources = Product.Source.allCases.map { FormFields.Choice($0.rawValue, $0.title) }
    return """
      \(fields.input("name", "Name", required: true, placeholder: "Running Shoes Pro"))
      \(fields.input(
        "sku", "SKU", required: true, hint: "What the shop calls it. Only one product in use may have it.",
        placeholder: "SHOE-PRO-001"))
      <div class="ty-pair">\(fields.input("price", "Price", .decimal, placeholder: "59.99"))\
      \(fields.currency("currency", "Currency"))</div>
      \(fields.input("category", "Category", placeholder: "Footwear"))
      \(fields.input(
        "image_url", "Image URL", .url, hint: "Kept as a link: these pages load no pictures from other hosts.",
        placeholder: "https://shop.example/shoe.jpg"))
      <div class="ty-pair">\(fields.input(
        "external_id", "External id", hint: "The product's id in Shopify or WooCommerce.", placeholder: "7890123456"))\
      \(fields.select("source", "Source", sources))</div>
      """
  }

  func body(of form: FormBody) -> JSONObject {
    form.body(
      texts: ["name", "sku", "price", "currency", "category", "image_url", "external_id", "source"])
  }

  func aside(_ product: Product, _ call: TrackerCall) async throws -> HTML {
    guard let address = product.draft.imageURL else { return .empty }
    return Parts.card(
      "Picture",
      """
      <p><a href="\(href: address)" target="_blank" rel="noopener noreferrer">\(layout.icons(.external))Open the picture\
      </a></p><p class="text-secondary">It is at the shop; nothing is loaded from there before you open it.</p>
      """)
  }

  func listActions(_ call: TrackerCall) -> HTML {
    let importing: HTML = "<a class=\"btn\" href=\"\(ProductImportPages.path)\">Import CSV</a>"
    return """
      \(if: call.session.allows(.read(.reports)), "<a class=\"btn\" href=\"\(ProductReportPages.path)\">Product report</a>")\
      <a class="btn" href="/admin/products/export" download>Export CSV</a>\
      \(if: call.session.allows(.write(Product.section)), importing)
      """
  }
}
