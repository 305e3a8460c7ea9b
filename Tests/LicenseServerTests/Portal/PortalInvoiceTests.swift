import Billing
import Core
import Foundation
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct PortalInvoiceTests {
  private static let seller: JSONValue = [
    "name": "Müller & Söhne GmbH", "address": "Straße 1\n10115 Berlin", "vat_id": "DE123456789",
    "email": "billing@example.com", "bank_details": "IBAN DE02 1203 0000 0000 2020 51",
  ]

  @Test func anInvoiceReadsTheSameOnPageAndPDF() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      #expect(try await vendor.patch("/api/settings/seller", json: Self.seller).status == 200)
      let invoice = try await server.order("buyer@example.com")
      let browser = try await server.customer("buyer@example.com")
      let page = try await browser.get("/portal/invoices/\(invoice)")
      let file = try await browser.get("/portal/invoices/\(invoice)/pdf")
      #expect(file.header("Content-Type") == "application/pdf" && file.body.starts(with: Array("%PDF-".utf8)))
      #expect(file.header("Content-Disposition")?.contains("invoice-2026-000001.pdf") == true)
      let text = try await PDFText.of(file.body)
      for part in ["2026-000001", "79.00 USD", "Söhne GmbH", "10115 Berlin", "IBAN DE02", "buyer@example.com"] {
        #expect(page.text.contains(part) && text.contains(part), "\(part) in \(text)")
      }
      #expect(text.contains("Please pay 79.00 USD"))
    }
  }

  @Test func aReceiptComesWithThePayment() async throws {
    try await withServer { server in
      let invoice = try await server.order("buyer@example.com")
      let browser = try await server.customer("buyer@example.com")
      let path = "/portal/invoices/\(invoice)/receipt"
      for file in [path, "\(path)/pdf"] { #expect(try await browser.get(file).status == 404) }
      let paid = try await server.vendor().post("/api/invoices/\(invoice)/mark-paid", json: ["reference": "wire 1"])
      #expect(paid.status == 200)
      #expect(try await browser.get(path).text.contains("Thank you for your payment."))
      let text = try await PDFText.of(try await browser.get("\(path)/pdf").body)
      #expect(text.contains("Receipt 2026-000001") && text.contains("2026-11-21"))
      #expect(try await PDFText.of(try await browser.get("/portal/invoices/\(invoice)/pdf").body).contains("Paid"))
    }
  }

  @Test func theInvoicesOfOthersAreNotThere() async throws {
    try await withServer { server in
      let theirs = try await server.order("other@example.com")
      _ = try await server.order("buyer@example.com")
      let browser = try await server.customer("buyer@example.com")
      for path in ["", "/pdf", "/receipt", "/receipt/pdf"] {
        #expect(try await browser.get("/portal/invoices/\(theirs)\(path)").status == 404)
        #expect(try await server.visitor.get("/portal/invoices/\(theirs)\(path)").status == 303)
      }
      #expect(try await !browser.get("/portal/invoices?customer_id=1").text.contains("2026-000001<"))
    }
  }

  @Test func billingDetailsStandOnTheNextInvoice() async throws {
    try await withServer { server in
      _ = try await server.order("buyer@example.com")
      let browser = try await server.customer("buyer@example.com")
      let wrong = try await browser.submit(
        "/portal/billing/details", [("company", "Привет"), ("country", "Germany"), ("vat_id", "1")])
      #expect(wrong.status == 422 && wrong.text.contains("two letters") && wrong.text.contains("value=\"Привет\""))
      let right = try await browser.submit(
        "/portal/billing/details",
        [("company", "ООО Привет"), ("city", "Αθήνα"), ("country", "gr"), ("vat_id", "EL 123456789")])
      #expect(right.status == 303)
      let invoice = try await server.order("buyer@example.com")
      let text = try await PDFText.of(try await browser.get("/portal/invoices/\(invoice)/pdf").body)
      for part in ["ООО Привет", "Αθήνα", "GR", "EL123456789"] { #expect(text.contains(part), "\(part) in \(text)") }
      let log = try await server.vendor().get("/api/audit-log?action=customer.change_billing_details").json
      #expect(log["items"]?.arrayValue?.count == 1)
    }
  }

  @Test func aLongInvoiceGoesOnOverPagesAndLosesNothing() async throws {
    let document = InvoiceDocument(
      kind: .invoice, number: "2026-000007", seller: .unnamed, buyer: ["a@example.com"], facts: [("Issued", "today")],
      rows: (1...120).map { .init(description: "Item \($0)", quantity: "1", unitPrice: "1.00", amount: "1.00 EUR") },
      sums: [.init(label: "Total", amount: "120.00 EUR", isStrong: true)], notes: [])
    let bytes = try InvoicePDF.bytes(of: document, fonts: .dejaVu)
    let text = try await PDFText.of(bytes)
    #expect((1...120).allSatisfy { text.contains("Item \($0)") } && text.contains("120.00 EUR"))
    #expect(text.count { $0 == "\u{0C}" } > 2 && text.contains("page 3"))
  }

  @Test func withoutItsFontNoPDFIsMade() {
    let document = InvoiceDocument(
      kind: .invoice, number: "1", seller: .unnamed, buyer: [], facts: [], rows: [], sums: [], notes: [])
    #expect(throws: PDFFault.self) {
      try InvoicePDF.bytes(of: document, fonts: PDFFonts(regular: "/nowhere.ttf", bold: "/nowhere.ttf"))
    }
  }
}

/// What another program reads in a PDF: poppler's pdftotext.
enum PDFText {
  static func of(_ bytes: [UInt8]) async throws -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: "pdf-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (input, output) = (folder.appending(path: "in.pdf"), folder.appending(path: "out.txt"))
    try Data(bytes).write(to: input)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/pdftotext")
    process.arguments = ["-layout", "-enc", "UTF-8", input.path, output.path]
    process.standardError = FileHandle.nullDevice
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in continuation.resume() }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    try #require(process.terminationStatus == 0)
    return try String(contentsOf: output, encoding: .utf8)
  }
}
