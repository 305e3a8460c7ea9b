import Hummingbird
import ArgumentParser
import Crypto
@main struct Main { static func main() {} }
