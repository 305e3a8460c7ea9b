import Core
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct ProductFileTests {
  private let defaults = TenantDefaults(currency: .usd)

  private func plan(_ text: String, known: [Product] = []) throws -> ProductImport {
    try plan(Array(text.utf8), known: known)
  }

  private func plan(_ bytes: [UInt8], known: [Product] = []) throws -> ProductImport {
    let products = Dictionary(known.map { ($0.draft.sku, $0) }) { first, _ in first }
    return try ProductImport(ProductFile(bytes), known: products, defaults: defaults)
  }

  private func product(_ id: Int64, _ draft: Product.Draft) -> Product {
    Product(id: id, draft: draft, createdAt: Timestamp(seconds: 0), updatedAt: Timestamp(seconds: 0))
  }

  // The round trip

  private static let pieces = [
    "Shoe", "=1+1", "+", "-", "@SUM(A1)", "'", "''=x", "\"", ",", ";", "\n", "\r\n", "\t", " ", "é", "鞋", "🥿", "＝",
    "x'y", "0",
  ]

  private func text(_ dice: inout SystemRandomNumberGenerator, upTo count: Int) -> String {
    (0..<Int.random(in: 1...count, using: &dice)).map { _ in Self.pieces.randomElement(using: &dice) ?? "" }.joined()
      .trimmed
  }

  /// Whatever a catalogue holds, its export read again is the same, as new products and as the ones there are.
  @Test func anExportReadAgainIsTheSame() throws {
    var dice = SystemRandomNumberGenerator()
    for _ in 0..<60 {
      var drafts: [Product.Draft] = []
      for number in 0..<Int.random(in: 1...20, using: &dice) {
        var draft = Product.Draft(currency: [.usd, .eur].randomElement(using: &dice) ?? .usd)
        draft.name = "\(text(&dice, upTo: 6)) n".trimmed
        draft.sku = "\(text(&dice, upTo: 4))\(number)"
        draft.price = Micros(rawValue: Int64.random(in: 0...Micros.greatestAmount.rawValue, using: &dice))
        let category = Bool.random(using: &dice) ? text(&dice, upTo: 3) : ""
        draft.category = category.isEmpty ? nil : category
        draft.imageURL = Bool.random(using: &dice) ? "https://shop.example/a%2Cb,c;d.jpg" : nil
        draft.externalID = Bool.random(using: &dice) ? "\(number)-=" : nil
        draft.source = Product.Source.allCases.randomElement(using: &dice) ?? .manual
        drafts.append(draft)
      }
      let file = ProductColumn.head + drafts.map(ProductColumn.line).joined()
      let fresh = try plan(file)
      #expect(fresh.faults.map(\.message) == [])
      #expect(fresh.changes.map(\.draft) == drafts)
      #expect(fresh.count(.created) == drafts.count)
      let again = try plan(file, known: drafts.enumerated().map { product(Int64($0 + 1), $1) })
      #expect(again.count(.unchanged) == drafts.count)
    }
  }

  @Test func noCellOfTheExportIsAFormula() {
    for start in ["=", "+", "-", "@", "\t", "\r", "＝"] {
      var draft = Product.Draft(name: "\(start)cmd|' /C calc'!A0", sku: "\(start)1", currency: .usd)
      draft.category = "\(start)x"
      for cell in [ProductColumn.name, .sku, .category].map({ $0.cell(of: draft).encoded }) {
        #expect(cell.hasPrefix("'") || cell.hasPrefix("\"'"), "\(cell)")
      }
    }
  }

  // What files look like

  @Test func otherNamesOfColumnsAreUnderstood() throws {
    let shopify = try plan(
      "Handle,Title,Variant SKU,Variant Price,Image Src,Type\nshoe,Shoe,S-1,59.99,https://a.example/b.jpg,Shoes\n")
    #expect(shopify.faults.isEmpty)
    let draft = try #require(shopify.changes.first?.draft)
    #expect(draft.name == "Shoe" && draft.sku == "S-1" && draft.price == Micros("59.99") && draft.category == "Shoes")
    #expect(draft.imageURL == "https://a.example/b.jpg" && draft.currency == .usd)
    #expect(shopify.ignoredColumns == ["Handle"])
    let woo = try plan(
      "\u{FEFF}ID;Type;SKU;Name;Regular price;Categories;Images\n7;simple;W-1;Hat;9,50;Hats;\"https://a.example/1.jpg, https://a.example/2.jpg\"\n"
    )
    #expect(woo.faults.map(\.message) == [])
    let hat = try #require(woo.changes.first?.draft)
    #expect(hat.externalID == "7" && hat.price == Micros("9.50") && hat.category == "Hats")
    #expect(hat.imageURL == "https://a.example/1.jpg")
  }

  @Test func aColumnThatIsNotThereLeavesWhatIs() throws {
    var draft = Product.Draft(name: "Shoe", sku: "S-1", price: Micros(rawValue: 5), currency: .eur)
    draft.category = "Shoes"
    let changed = try plan("sku,name\nS-1,Boot\n", known: [product(3, draft)])
    draft.name = "Boot"
    #expect(changed.changes.map(\.draft) == [draft])
    #expect(changed.changes.map(\.effect) == [.updated] && changed.changes.map(\.id) == [3])
    let cleared = try plan("sku,name,category\nS-1,Boot,\n", known: [product(3, draft)])
    #expect(cleared.changes.first?.draft.category == nil)
  }

  @Test func everyFaultHasItsLine() throws {
    let plan = try plan(
      "sku,name,price,currency,source,image_url\nA,One,1,USD,manual,\nB,,1,USD,,\nC,Three,much,USD,,\n"
        + "A,Four,1,DOLLARS,ebay,javascript:alert(1)\n\"D\nD\",Five,-1,,,\n")
    #expect(plan.refused == 4)
    #expect(plan.count(.created) == 1)
    let fields = Set(plan.faults.map(\.field))
    for field in [
      "lines[3].name", "lines[4].price", "lines[5].sku", "lines[5].currency", "lines[5].source", "lines[5].image_url",
      "lines[6].price",
    ] { #expect(fields.contains(field), "\(field): \(fields)") }
    #expect(plan.problem?.status == 422)
    #expect(plan.faults.allSatisfy { $0.message.hasPrefix("Line ") })
  }

  @Test func brokenFilesAreRefusedWhole() throws {
    for (bytes, field) in [
      (Array("".utf8), "file"), (Array("sku,name\n".utf8), "file"), (Array("price\n1\n".utf8), "lines[1]"),
      (Array("sku,name,SKU\nA,B,C\n".utf8), "lines[1]"), (Array("sku,name\nA,\"B\n".utf8), "lines[2]"),
      (Array("sku,name\nA,".utf8) + [0xFF, 0xFE], "lines[2]"), (Array("sku,name\nA,\"B\"C\n".utf8), "lines[2]"),
      ([UInt8](repeating: 0x61, count: ProductImport.byteLimit + 1), "file"),
    ] {
      let plan = try plan(bytes)
      #expect(plan.changes.isEmpty || plan.problem != nil)
      #expect(plan.faults.first?.field == field, "\(plan.faults)")
    }
    let many = "sku,name\n" + (0...ProductImport.rowLimit).map { "\($0),p\n" }.joined()
    #expect(try plan(many).problem?.status == 422)
  }

  /// However many faults: so many are told, all are counted.
  @Test func faultsAreBounded() throws {
    let plan = try plan("sku,name\n" + (0..<500).map { "S\($0),\n" }.joined())
    #expect(plan.faults.count == ProductImport.faultLimit)
    #expect(plan.faultCount == 500 && plan.refused == 500)
  }
}
