import Core
import Synchronization
import Web

/// `/api/openapi.json`: all tables as one document, itself included.
enum OpenAPIRoute {
  static func register(in tables: inout ControlPlane.APITables) {
    let document = Document()
    tables.staff.open(.get, "/openapi.json", "This document", answer: .map(.any)) { _ in .json(document.value) }
    document.value = OpenAPIDocument.make(
      title: "Trackily license server", version: Configuration.version, serverPath: "/",
      parts: [
        tables.activation.openAPIPart(prefix: ActivationAPI.prefix),
        tables.staff.openAPIPart(prefix: ControlPlane.apiPrefix), tables.root.openAPIPart(prefix: ""),
        tables.reseller.openAPIPart(prefix: ResellerAPI.prefix),
      ])
  }

  /// The document tells of its own route, so the route is there before it.
  private final class Document: Sendable {
    private let storage = Mutex(JSONValue.null)

    var value: JSONValue {
      get { storage.withLock { $0 } }
      set { storage.withLock { $0 = newValue } }
    }
  }
}
