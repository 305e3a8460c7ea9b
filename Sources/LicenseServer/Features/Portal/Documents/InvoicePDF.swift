import Core

/// Draws an invoice or receipt as PDF: who, whom, what, how much, and on as many pages as it takes.
struct InvoicePDF {
  private let document: InvoiceDocument
  private let canvas: PDFCanvas
  private var y: Float = 0
  private var pages = 1

  private static let left: Float = 50
  private static let right: Float = 545
  private static let bottom: Float = 770
  /// Where the numbers of a row end.
  private static let quantityEnd: Float = 360
  private static let unitEnd: Float = 450
  private static let lineHeight: Float = 13

  private init(_ document: InvoiceDocument, fonts: PDFFonts) throws(PDFFault) {
    self.document = document
    canvas = try PDFCanvas(fonts: fonts, title: document.title)
  }

  /// The file. Reads fonts and takes some ten milliseconds: to be called on a thread that may block.
  static func bytes(of document: InvoiceDocument, fonts: PDFFonts) throws(PDFFault) -> [UInt8] {
    var pdf = try InvoicePDF(document, fonts: fonts)
    pdf.drawHead()
    pdf.drawParties()
    pdf.drawRows()
    pdf.drawSums()
    pdf.drawNotes()
    pdf.drawFoot()
    return try pdf.canvas.finish()
  }

  private mutating func drawHead() {
    canvas.text(document.seller.title, x: Self.left, y: 64, size: 14, weight: .bold)
    canvas.text(document.title, right: Self.right, y: 64, size: 14, weight: .bold)
    y = 82
    var lines = document.seller.address.split(whereSeparator: \.isNewline).map(String.init)
    if !document.seller.vatID.isEmpty { lines.append("VAT id \(document.seller.vatID)") }
    for line in lines.flatMap({ canvas.wrapped($0, width: 250) }).prefix(12) {
      canvas.text(line, x: Self.left, y: y, gray: 0.35)
      y += Self.lineHeight
    }
  }

  private mutating func drawParties() {
    let top = max(y + 24, 140)
    canvas.text("Billed to", x: Self.left, y: top, size: 8, gray: 0.45)
    y = top + 15
    for line in document.buyer.flatMap({ canvas.wrapped($0, width: 250) }) {
      canvas.text(line, x: Self.left, y: y)
      y += Self.lineHeight
    }
    var factY = top
    for fact in document.facts {
      canvas.text(fact.name, x: 370, y: factY, gray: 0.45)
      canvas.text(fact.value, right: Self.right, y: factY)
      factY += Self.lineHeight + 2
    }
    y = max(y, factY) + 24
  }

  private mutating func drawRowHead() {
    canvas.text("Description", x: Self.left, y: y, size: 8, weight: .bold)
    canvas.text("Quantity", right: Self.quantityEnd, y: y, size: 8, weight: .bold)
    canvas.text("Price", right: Self.unitEnd, y: y, size: 8, weight: .bold)
    canvas.text("Amount", right: Self.right, y: y, size: 8, weight: .bold)
    canvas.rule(y: y + 5, from: Self.left, to: Self.right, gray: 0.3)
    y += 20
  }

  private mutating func drawRows() {
    drawRowHead()
    for row in document.rows {
      let lines = canvas.wrapped(row.description, width: Self.quantityEnd - Self.left - 60)
      makeRoom(Float(lines.count) * Self.lineHeight + 10, repeatsHead: true)
      canvas.text(row.quantity, right: Self.quantityEnd, y: y)
      canvas.text(row.unitPrice, right: Self.unitEnd, y: y)
      canvas.text(row.amount, right: Self.right, y: y)
      for line in lines {
        canvas.text(line, x: Self.left, y: y)
        y += Self.lineHeight
      }
      canvas.rule(y: y - 6, from: Self.left, to: Self.right)
      y += 8
    }
  }

  private mutating func drawSums() {
    makeRoom(Float(document.sums.count) * 16 + 10)
    y += 4
    for sum in document.sums {
      canvas.text(sum.label, x: 370, y: y, weight: sum.isStrong ? .bold : .regular)
      canvas.text(sum.amount, right: Self.right, y: y, weight: sum.isStrong ? .bold : .regular)
      y += 16
    }
  }

  private mutating func drawNotes() {
    y += 16
    for note in document.notes {
      for line in canvas.wrapped(note, width: Self.right - Self.left) {
        makeRoom(Self.lineHeight)
        canvas.text(line, x: Self.left, y: y, gray: 0.2)
        y += Self.lineHeight
      }
      y += 6
    }
  }

  private func drawFoot() {
    canvas.text("\(document.title) · page \(pages)", right: Self.right, y: 806, size: 7, gray: 0.5)
  }

  /// Goes on on a new page when less than `height` is left on this one.
  private mutating func makeRoom(_ height: Float, repeatsHead: Bool = false) {
    guard y + height > Self.bottom else { return }
    drawFoot()
    canvas.breakPage()
    pages += 1
    y = 64
    if repeatsHead { drawRowHead() }
  }
}
