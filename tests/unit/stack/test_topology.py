import socket
from pathlib import Path

import pytest

from stack.data_dir import DataDir
from stack.errors import StackError
from stack.names import SERVICES
from stack.ports import LOOPBACK
from stack.topology import Topology, choose_ports, claim_ports


def test_ports_are_free_distinct_and_below_those_of_outgoing_connections(
    topology: Topology,
) -> None:
    numbers = list(topology.ports.values())

    assert len(set(numbers)) == len(numbers)
    assert max(numbers) < 32_768
    assert 8080 not in numbers


def test_every_service_has_two_places(topology: Topology) -> None:
    ports = set()
    for service in SERVICES:
        for endpoint in topology.endpoints(service):
            ports |= {endpoint.grpc_port, endpoint.metrics_port}

    assert len(ports) == 4 * len(SERVICES)


def test_topology_reads_back_what_it_saved(topology: Topology, place: DataDir) -> None:
    topology.save()

    assert Topology.load(place.root) == topology


def test_ports_are_kept_for_the_next_start(topology: Topology, place: DataDir) -> None:
    topology.save()

    assert choose_ports(place.root, reserved={8080}) == topology.ports


def test_only_a_port_that_is_taken_meanwhile_is_replaced(
    topology: Topology, place: DataDir
) -> None:
    topology.save()
    with socket.create_server((LOOPBACK, topology.ports["redis"])):
        chosen = choose_ports(place.root, reserved={8080})

    changed = {name for name, port in chosen.items() if port != topology.ports[name]}
    assert changed == {"redis"}


def test_ports_that_nobody_listens_on_yet_are_no_other_stacks(
    place: DataDir, tmp_path: Path
) -> None:
    with claim_ports(place.root, reserved={8080}) as first:
        Topology(place.root, first.ports).save()
        other = DataDir(tmp_path / "other")
        other.create()
        other.topology.write_bytes(place.topology.read_bytes())

        with claim_ports(other.root, reserved={8080}) as second:
            assert not set(first.ports.values()) & set(second.ports.values())


def test_a_claim_ends_with_its_holder(place: DataDir) -> None:
    with claim_ports(place.root, reserved={8080}) as claim:
        pass

    assert choose_ports(place.root, reserved={8080}) == claim.ports


def test_a_new_stack_takes_no_block_in_which_a_stranger_listens(place: DataDir) -> None:
    port = choose_ports(place.root, reserved={8080})["auth.b.grpc"]

    with socket.create_server((LOOPBACK, port)):
        chosen = choose_ports(place.root, reserved={8080})

    assert not set(range(chosen["guard"], chosen["guard"] + len(chosen))) & {port}


def test_a_port_wanted_for_the_edge_is_given_up(topology: Topology, place: DataDir) -> None:
    topology.save()
    wanted = topology.ports["mesh"]

    assert wanted not in choose_ports(place.root, reserved={wanted}).values()


def test_topology_of_a_new_directory_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="inergize up"):
        Topology.load(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 2, "ports": {}}', '{"version": 1}'])
def test_a_broken_record_is_one_clear_line(place: DataDir, text: str) -> None:
    place.topology.write_text(text)

    with pytest.raises(StackError, match=r"stack\.json cannot be read") as refused:
        choose_ports(place.root, reserved=set())

    assert "\n" not in str(refused.value)
