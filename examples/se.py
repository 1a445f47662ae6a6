# se.py - a gem5 run script: one core in SE mode runs a static binary.
#
#   gem5.opt se.py BINARY atomic|timing|o3 ARGUMENT...
#
# The instruction set is the binary's own (x86-64, 64-bit Arm or RISC-V), and this gem5 (v22 or newer) must have been
# built for it.
# The next line is for gem5-stand-in alone:
# stand-in: seconds=0.4
import sys

import m5
import m5.objects
from m5.objects import *
from m5.util import fatal

binary, model = sys.argv[1], sys.argv[2]
with open(binary, "rb") as file:
    machine = int.from_bytes(file.read(20)[18:], "little")  # e_machine of the ELF header
isa = {62: "X86", 183: "Arm", 243: "Riscv"}.get(machine)
if isa is None:
    fatal("%s is no ELF binary for x86-64, Arm or RISC-V", binary)
cpu_class = isa + {"atomic": "AtomicSimpleCPU", "timing": "TimingSimpleCPU", "o3": "O3CPU"}[model]
if not hasattr(m5.objects, cpu_class):
    fatal("this gem5 has no %s: it was not built for %s, which %s needs", cpu_class, isa, binary)

system = System()
system.clk_domain = SrcClockDomain(clock="1GHz", voltage_domain=VoltageDomain())
system.mem_mode = "atomic" if model == "atomic" else "timing"
system.mem_ranges = [AddrRange("512MB")]
system.cpu = getattr(m5.objects, cpu_class)()
system.membus = SystemXBar()
system.cpu.icache_port = system.membus.cpu_side_ports
system.cpu.dcache_port = system.membus.cpu_side_ports
system.cpu.createInterruptController()
if isa == "X86":
    system.cpu.interrupts[0].pio = system.membus.mem_side_ports
    system.cpu.interrupts[0].int_requestor = system.membus.cpu_side_ports
    system.cpu.interrupts[0].int_responder = system.membus.mem_side_ports
system.mem_ctrl = MemCtrl()
system.mem_ctrl.dram = DDR3_1600_8x8(range=system.mem_ranges[0])
system.mem_ctrl.port = system.membus.mem_side_ports
system.system_port = system.membus.cpu_side_ports
system.workload = SEWorkload.init_compatible(binary)
system.cpu.workload = Process(cmd=[binary] + sys.argv[3:])
system.cpu.createThreads()
root = Root(full_system=False, system=system)
m5.instantiate()
event = m5.simulate()
print(f"Exiting @ tick {m5.curTick()} because {event.getCause()}")
