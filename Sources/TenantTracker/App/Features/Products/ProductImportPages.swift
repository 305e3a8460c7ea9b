import Core
import Web

/// Importing products from a CSV file: choose it, see what it would change, apply that.
struct ProductImportPages: Sendable {
  let api: ProductImportAPI
  let layout: Layout

  static let path = "/admin/products/import"
  /// The file comes back with the page that shows what it would change.
  private static let bodyLimit = ProductImport.byteLimit / 3 * 4 + 1 << 16

  func register(in table: inout TrackerTable) {
    table.page("/products/import", .read(Product.section), "Import products") { call in
      form(FormFields([:], icons: layout.icons), call)
    }
    table.action(
      "/products/import", .write(Product.section), "Show what a file of products would change",
      bodyLimit: ProductImportAPI.bodyLimit
    ) { try await preview($0) }
    table.action(
      "/products/import/apply", .write(Product.section), "Import the products that were shown",
      bodyLimit: Self.bodyLimit
    ) { try await apply($0) }
    table.page("/products/export", .read(Product.section), "The catalogue as a CSV file") { api.export($0) }
  }

  private func frame(_ title: String) -> Layout.Frame {
    Layout.Frame(title: title, current: "/admin/products", crumbs: [("Products", "/admin/products")])
  }

  private func form(_ fields: FormFields, _ call: TrackerCall, status: Int = 200) -> Reply {
    let isOpen = call.session.allows(.write(Product.section))
    let hint =
      "UTF-8, the first line names the columns. Up to \(Figures.count(ProductImport.rowLimit)) products, "
      + "\(ProductImport.byteLimit >> 20) MB."
    let columns = ProductColumn.allCases.map { "<code>\($0.rawValue)</code>" as HTML }.joined(separator: ", ")
    return layout.page(
      frame("Import products"), call, status: status,
      """
      <form class="card ty-form" method="post" action="\(Self.path)" enctype="multipart/form-data" novalidate>\
      \(call.csrfField)<div class="card-body">\(fields.summary)<fieldset\(attribute: "disabled", when: !isOpen)>\
      \(fields.frame(
        "file", "CSV file", hint: hint, required: true,
        """
        <input class="form-control" type="file" accept=".csv,text/csv" \
        \(fields.attributes("file", hint: hint, required: true))>
        """))</fieldset>
      <p>Columns: \(columns). <code>sku</code> and <code>name</code> must be there; the names that Shopify and WooCommerce \
      give them in their own exports are understood. A SKU that the catalogue has changes that product, any other adds \
      one. Nothing is changed before you have seen what would be.</p></div>\
      <div class="card-footer ty-buttons"><button class="btn btn-primary"\(attribute: "disabled", when: !isOpen)>\
      Check the file</button><a class="btn" href="/admin/products">Cancel</a></div></form>
      """)
  }

  private func preview(_ call: TrackerCall) async throws -> Reply {
    guard let file = call.form.file("file") else {
      let problem = Problem.invalid("file", "required", "must be chosen")
      return form(FormFields([:], problem: problem, icons: layout.icons), call, status: problem.status)
    }
    return show(try await api.read(file.bytes, of: call.place.scope), file.bytes, call)
  }

  private func apply(_ call: TrackerCall) async throws -> Reply {
    guard let bytes = call.form["file"].flatMap({ [UInt8](base64url: $0) }) else {
      return .redirect(to: Self.path, flash: Flash(.error, "Choose the file again."))
    }
    let plan = try await api.read(bytes, of: call.place.scope)
    do {
      try await api.apply(plan, by: call)
    } catch let problem as Problem where problem.isAboutTheForm {
      return show(plan, bytes, call, problem: problem)
    }
    let text = "\(Figures.count(plan.count(.created))) added, \(Figures.count(plan.count(.updated))) changed."
    return .redirect(to: "/admin/products", flash: Flash(.success, "The file was imported: \(text)"))
  }

  // What it would change

  private func show(_ plan: ProductImport, _ bytes: [UInt8], _ call: TrackerCall, problem: Problem? = nil) -> Reply {
    let note: HTML = problem.map { Parts.note(.error, "<p>\($0.detail ?? $0.title)</p>", layout.icons) } ?? .empty
    return layout.page(
      frame("Check the import"), call, status: problem?.status ?? (plan.faultCount > 0 ? 422 : 200),
      note + summary(plan, bytes, call) + faults(plan) + lines(plan))
  }

  private func summary(_ plan: ProductImport, _ bytes: [UInt8], _ call: TrackerCall) -> HTML {
    let changes = plan.count(.created) + plan.count(.updated)
    let ignored: HTML =
      plan.ignoredColumns.isEmpty
      ? .empty
      : "<p>Columns that are not read: \(plan.ignoredColumns.prefix(20).joined(separator: ", ")).</p>"
    let buttons: HTML =
      plan.faultCount == 0 && changes > 0
      ? """
      <form method="post" action="\(Self.path)/apply" enctype="multipart/form-data">\(call.csrfField)\
      <input type="hidden" name="file" value="\(bytes.base64url)"><div class="ty-buttons">\
      <button class="btn btn-primary">Import \(Figures.count(changes)) products</button>\
      <a class="btn" href="\(Self.path)">Choose another file</a></div></form>
      """ : "<a class=\"btn btn-primary\" href=\"\(Self.path)\">Choose another file</a>"
    return Parts.card(
      plan.faultCount > 0 ? "The file is not imported" : changes > 0 ? "What would change" : "Nothing would change",
      """
      \(Parts.facts([
        ("New", .escaped(Figures.count(plan.count(.created)))), ("Changed", .escaped(Figures.count(plan.count(.updated)))),
        ("As they are", .escaped(Figures.count(plan.count(.unchanged)))), ("Refused", .escaped(Figures.count(plan.refused))),
      ]))\(ignored)\(buttons)
      """)
  }

  private func faults(_ plan: ProductImport) -> HTML {
    guard plan.faultCount > 0 else { return .empty }
    let items = plan.faults.map { "<li>\(FormFields.sentence($0))</li>" as HTML }
    let rest = plan.faultCount - plan.faults.count
    let more: HTML = "<p>And \(Figures.count(rest)) more.</p>"
    return Parts.note(
      .error,
      "<p>Put this right in the file; nothing was changed.</p><ul>\(items)</ul>\(if: rest > 0, more)", layout.icons)
  }

  private func lines(_ plan: ProductImport) -> HTML {
    // What changes first.
    let changes = (plan.changes.filter { $0.effect != .unchanged } + plan.changes.filter { $0.effect == .unchanged })
      .prefix(ProductImport.shownLimit)
    guard !changes.isEmpty else { return .empty }
    let rows = changes.map { change -> HTML in
      let draft = change.draft
      return """
        <tr><th scope="row"><code>\(draft.sku)</code></th><td>\(draft.name)</td>\
        <td class="num">\(Figures.money(draft.price, draft.currency))</td><td>\(Parts.text(draft.category))</td>\
        <td>\(Self.badge(change.effect))</td><td class="num">\(Figures.count(change.line))</td></tr>
        """
    }
    let title = plan.changes.count > rows.count ? "The first \(rows.count) lines" : "Lines"
    return Parts.flushCard(
      title,
      Parts.bareTable(
        ["SKU", "Name", .number("Price"), "Category", "Effect", .number("Line")], rows, caption: "Lines of the file"))
  }

  private static func badge(_ effect: ProductImport.Effect) -> HTML {
    switch effect {
    case .created: Parts.badge("New", .good)
    case .updated: Parts.badge("Changed", .warn)
    case .unchanged: Parts.badge("As it is", .plain)
    }
  }
}
