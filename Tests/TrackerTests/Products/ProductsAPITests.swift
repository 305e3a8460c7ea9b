import Core
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct ProductsAPITests {
  private static let path = "/admin/api/products"

  private func upload(_ text: String, _ admin: TestHTTPClient, query: String = "") async throws -> TestHTTPAnswer {
    try await admin.send(
      "POST", "\(Self.path)/import\(query)", headers: [("Content-Type", "text/csv")], body: Array(text.utf8))
  }

  private func names(_ query: String, _ admin: TestHTTPClient) async throws -> [String] {
    let list = try await admin.get("\(Self.path)?\(query)")
    return list.json["items"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
  }

  @Test func aProductIsAddedChangedAndArchived() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let body: JSONValue = [
        "name": "Running Shoes Pro", "sku": "SHOE-PRO-001", "price": "59.99", "currency": "EUR", "category": "Footwear",
        "image_url": "https://shop.example/shoe.jpg", "external_id": "7890123456", "source": "shopify",
      ]
      let added = try await admin.post(Self.path, json: body)
      #expect(added.status == 201, "\(added.text)")
      for member in body.objectValue?.members ?? [] { #expect(added.json[member.key] == member.value) }
      let id = try #require(added.json["id"]?.intValue)
      #expect(try await admin.post(Self.path, json: body).status == 409)
      let changed = try await admin.patch("\(Self.path)/\(id)", json: ["price": "49", "category": nil])
      #expect(
        changed.json["price"] == "49.00" && changed.json["category"] == .null && changed.json["name"] == body["name"])
      for (field, value) in [
        ("name", ""), ("sku", ""), ("price", "-1"), ("currency", "DOLLAR"), ("image_url", "javascript:alert(1)"),
        ("source", "ebay"),
      ] as [(String, JSONValue)] {
        let refused = try await admin.patch("\(Self.path)/\(id)", json: .object([field: value]))
        #expect(refused.status == 422 && refused.text.contains("\"\(field)\""), "\(field): \(refused.text)")
      }
      #expect(try await admin.delete("\(Self.path)/\(id)").status == 204)
      #expect(try await admin.get("\(Self.path)/\(id)").status == 404)
      // Its SKU is free again.
      #expect(try await admin.post(Self.path, json: body).status == 201)
      #expect(try await tracker.visitor.get(Self.path).status == 401)
    }
  }

  @Test func theListIsSearchedFilteredAndSorted() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      for (name, sku, category) in [("Sock", "S-1", "Feet"), ("Hat", "H-1", "Head"), ("Shoe", "S-2", "Feet")] {
        let body: JSONValue = ["name": .string(name), "sku": .string(sku), "category": .string(category)]
        #expect(try await admin.post(Self.path, json: body).status == 201)
      }
      #expect(try await names("sort=name", admin) == ["Hat", "Shoe", "Sock"])
      #expect(try await names("category=Feet&sort=id", admin) == ["Sock", "Shoe"])
      #expect(try await names("q=h-1", admin) == ["Hat"])
      #expect(try await names("q=feet&sort=id", admin) == ["Sock", "Shoe"])
      #expect(try await names("sku=S-2", admin) == ["Shoe"])
      let first = try await admin.get("\(Self.path)?limit=2&sort=name")
      let cursor = try #require(first.json["next_cursor"]?.stringValue)
      #expect(try await names("limit=2&sort=name&cursor=\(cursor)", admin) == ["Sock"])
      #expect(try await admin.get("\(Self.path)?colour=red").status == 422)
    }
  }

  @Test func aFileIsShownFirstThenAppliedWholeAndComesBackTheSame() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let file =
        "sku,name,price,currency,category\r\nA,=Shoe,59.99,USD,Feet\r\nB,\"Hat, \"\"red\"\"\",1.000001,EUR,\r\n"
      let preview = try await upload(file, admin, query: "?preview=true")
      #expect(preview.json["created"] == 2 && preview.json["applied"] == false, "\(preview.text)")
      #expect(try await names("", admin) == [])
      let applied = try await upload(file, admin)
      #expect(applied.json["created"] == 2 && applied.json["applied"] == true, "\(applied.text)")
      let export = try await admin.get("\(Self.path)/export")
      #expect(export.header("Content-Type")?.hasPrefix("text/csv") == true)
      #expect(export.text.contains("A,'=Shoe,59.99,USD,Feet"))
      let again = try await upload(export.text, admin)
      #expect(again.json["unchanged"] == 2 && again.json["created"] == 0 && again.json["updated"] == 0, "\(again.text)")
      #expect(try await admin.get("\(Self.path)/export").text == export.text)

      let broken = try await upload("sku,name,price\nA,Boot,1\nC,Coat,cheap\n", admin)
      #expect(broken.status == 422 && broken.text.contains("lines[3].price"), "\(broken.text)")
      #expect(try await names("q=Boot", admin) == [])
      let faulty = try await upload("sku,name,price\nA,Boot,1\nC,Coat,cheap\n", admin, query: "?preview=true")
      #expect(faulty.status == 200 && faulty.json["refused"] == 1 && faulty.json["updated"] == 1)
      let changed = try await upload("sku,name\nA,Boot\n", admin)
      #expect(changed.json["updated"] == 1)
      #expect(try await names("q=Boot", admin) == ["Boot"])
      let log = try await admin.get("/admin/api/audit-log?action=product.import")
      #expect(log.json["items"]?.arrayValue?.count == 2)
      #expect(try await admin.post("\(Self.path)/import", json: [:]).status == 415)
      #expect(try await upload("sku,name\nA,B\n", admin, query: "?preview=maybe").status == 422)
    }
  }
}
