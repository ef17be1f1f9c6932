// Every source that includes <iostream>, as libraries do, has std::cout and its seven sisters made before main, with all their locales: a
// seventh of our start-up. Nothing here writes to them (output goes through Streams, which checks every write), so the linker puts these
// two in the place of std::ios_base::Init's constructor and destructor. tests/checks/binary.py makes sure that no such stream is in the
// program.

extern "C" {

// NOLINTBEGIN(bugprone-reserved-identifier): names that the linker makes
void __wrap__ZNSt8ios_base4InitC1Ev();
void __wrap__ZNSt8ios_base4InitD1Ev();
void __wrap__ZNSt8ios_base4InitC1Ev() {}
void __wrap__ZNSt8ios_base4InitD1Ev() {}
// NOLINTEND(bugprone-reserved-identifier)
}
