import Core
import HTTPTypes
import Testing

@testable import Web

/// A list's next page is the same list, further on.
@Suite struct ListAddressTests {
  private func next(_ target: String, of path: String = "/admin/offers", after cursor: String = "7") -> String {
    RequestHead(
      method: .get, target: target, authority: nil, fields: [:], peer: IPAddress(v4: 0),
      clientAddress: IPAddress(v4: 0), isHTTPS: false, requestID: "test"
    ).address(of: path, after: cursor)
  }

  @Test func itKeepsFiltersOrderSearchAndPageSize() {
    #expect(next("/admin/offers") == "/admin/offers?cursor=7")
    #expect(
      next("/admin/offers?status=active&sort=-name&q=diet&limit=20")
        == "/admin/offers?status=active&sort=-name&q=diet&limit=20&cursor=7")
  }

  @Test func theCursorIsReplacedAndEmptyFieldsGo() {
    #expect(next("/admin/offers?cursor=9&q=&status=active") == "/admin/offers?status=active&cursor=7")
  }

  @Test func whatIsTypedStaysWhatItWas() {
    #expect(next("/admin/offers?q=a%26b%3D1+c", after: "x/y") == "/admin/offers?q=a%26b%3D1%20c&cursor=x%2Fy")
  }

  @Test func aListShownOnAnotherPageGoesOnInItsOwnPlace() {
    #expect(next("/admin/licenses/3", of: "/admin/licenses/3/history") == "/admin/licenses/3/history?cursor=7")
  }
}
