import Core
import Testing

@Suite struct JSONValueTests {
  @Test func literalsMakeValues() {
    let name = "Ada"
    let value: JSONValue = ["name": "\(name)", "age": 36, "tags": ["a", nil, true], "none": nil, "deep": ["x": [:]]]
    #expect(value.text == #"{"name":"Ada","age":36,"tags":["a",null,true],"none":null,"deep":{"x":{}}}"#)
  }

  @Test func optionalsThatAreNilAreNull() throws {
    #expect(JSONValue(String?.none) == .null)
    #expect(JSONValue(Int64?.none) == .null)
    #expect(JSONValue(Bool?.none) == .null)
    #expect(JSONValue(Timestamp?.none) == .null)
    #expect(JSONValue(LocalDate?.none) == .null)
    #expect(JSONValue(Micros?.none) == .null)
    #expect(JSONValue(UUIDv7?.none) == .null)
    #expect(JSONValue(Currency?.none) == .null)
    #expect(JSONValue.optional(nil) == .null)
    #expect(JSONValue.optional(7) == 7)
  }

  @Test func ourValuesAreWrittenAsTheContractHasThem() throws {
    #expect(JSONValue(Timestamp(milliseconds: 1_795_255_200_123)) == "2026-11-21T10:00:00.123Z")
    #expect(JSONValue(LocalDate("2026-11-21")) == "2026-11-21")
    #expect(JSONValue(Micros(rawValue: 10_500_000)) == "10.50")
    #expect(JSONValue(Currency.usd) == "USD")
    #expect(JSONValue(UUIDv7(high: 0, low: 0)) == "00000000-0000-0000-0000-000000000000")
    #expect(JSONValue(Int32(-7)) == -7)
    #expect(JSONValue(true) == true)
    #expect(JSONValue(["a", "b"]) == ["a", "b"])
    #expect(JSONValue([1, 2] as [Int64]) == [1, 2])
    #expect(JSONValue.int(UInt64.max).text == "18446744073709551615")
  }

  @Test func doublesThatAreNoNumbersAreNull() throws {
    for value in [Double.nan, .infinity, -.infinity] { #expect(JSONValue.double(value) == .null) }
    for value in [0, -0.0, 1.5, 0.1, 1e300, .leastNonzeroMagnitude, -1e16, .greatestFiniteMagnitude] as [Double] {
      #expect(try JSONValue.parse(JSONValue.double(value).text).doubleValue == value)
    }
  }

  @Test func aValueGivesOnlyWhatItIs() {
    let text: JSONValue = "1"
    #expect(text.stringValue == "1")
    #expect(text.intValue == nil && text.boolValue == nil && text.arrayValue == nil && text.objectValue == nil)
    let number: JSONValue = 1
    #expect(number.intValue == 1 && number.doubleValue == 1)
    #expect(number.stringValue == nil && number.boolValue == nil)
    #expect(JSONValue.number("1.0").intValue == nil)
    #expect(JSONValue.number("1e3").intValue == nil)
    #expect(JSONValue.number("9223372036854775807").intValue == .max)
    #expect(JSONValue.number("9223372036854775808").intValue == nil)
    #expect(JSONValue.number("-0").intValue == 0)
    #expect(JSONValue.null.isNull && !number.isNull)
  }

  @Test func anObjectKeepsItsOrderWhileItChanges() {
    var object: JSONObject = ["b": 1, "a": 2]
    object["c"] = 3
    object["b"] = .null
    object["a"] = nil
    object["absent"] = nil
    #expect(JSONValue.object(object).text == #"{"b":null,"c":3}"#)
    #expect(object["b"] == .null)
    #expect(object["a"] == nil)
    #expect(JSONValue.object(object)["c"] == 3)
    #expect(JSONValue.array([])["c"] == nil)
  }
}
