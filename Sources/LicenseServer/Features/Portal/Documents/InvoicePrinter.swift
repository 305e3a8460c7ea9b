import Billing
import Core
import Database
import Logging
import Security

/// Makes documents of invoices, the PDFs on threads of its own.
struct InvoicePrinter: Sendable {
  let database: ConnectionPool
  let logger: Logger
  private let fonts: PDFFonts
  private let threads = WorkerThreads(count: 2, queueLimit: 32)

  init(database: ConnectionPool, fonts: PDFFonts = .dejaVu, logger: Logger) {
    self.database = database
    self.fonts = fonts
    self.logger = logger
  }

  /// - Throws: 404 for the receipt of an invoice that is not paid.
  func document(_ kind: InvoiceDocument.Kind, of invoice: Invoice) async throws -> InvoiceDocument {
    guard let customer = try await CustomerStore(database).find(invoice.customerID),
      let document = InvoiceDocument(
        kind, of: invoice, paidWith: try await PaymentStore(database).find(invoice: invoice.id), customer: customer,
        seller: try await SellerStore(database).load())
    else { throw Problem.notFound(kind.rawValue) }
    return document
  }

  /// - Throws: 503 when too many are waiting or the fonts are not there.
  func pdf(of document: InvoiceDocument) async throws -> [UInt8] {
    let result: Result<[UInt8], PDFFault>
    do throws(WorkerThreads.Refusal) {
      result = try await threads.run { [fonts] in
        Result { () throws(PDFFault) in try InvoicePDF.bytes(of: document, fonts: fonts) }
      }
    } catch {
      throw Problem.unavailable("Too many documents are being made just now; try again.", retryAfter: 5)
    }
    switch result {
    case .success(let bytes): return bytes
    case .failure(let fault):
      logger.error(
        "a PDF could not be made; is the package fonts-dejavu-core installed?",
        metadata: ["code": "0x\(String(fault.code, radix: 16))"])
      throw Problem.unavailable("PDFs cannot be made just now. The page itself can be printed.", retryAfter: 60)
    }
  }
}
