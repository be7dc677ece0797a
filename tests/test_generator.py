import ast
import functools
import itertools
import pickle
import statistics
from collections import Counter
from dataclasses import replace
from typing import Any

import golden
import pytest
from processes import output_of
from running import with_recipes

from synthesis import ConfigError, KernelGenerator, KernelSpec, UnknownNameError, get_frontend
from synthesis.core.identity.python import renamed_hash, structure_hash
from synthesis.core.records import DIFFICULTIES
from synthesis.core.settings import CATEGORY_MIXES, Drawing
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe

# The operations that were specified for each category; the targets of its recipes must include them.
NAMED = {
    "warp": {
        "arithmetic": "add sub mul div min max abs sqrt sin cos exp log",
        "vector": "dot cross length normalize",
        "matrix": "mat_vec mat_mat transpose determinant inverse outer",
        "control_flow": "clamp abs_diff step loop_sum loop_product break continue while nested_loop",
        "math": "sin cos exp log tanh sqrt",
        "atomic": "atomic_add atomic_sub atomic_min atomic_max atomic_and atomic_or atomic_xor atomic_exch atomic_cas",
        "array": "index_1d index_2d index_3d index_4d slice",
        "launch": "tid_1d tid_2d tid_3d tid_4d",
        "stencil": "stencil_1d stencil_2d stencil_3d",
        "quaternion": "quat_rotate quat_inverse quat_slerp quat_to_matrix",
        "transform": "transform_point transform_vector transform_inverse",
        "random": "randf randi randn noise",
        "function": "nested overloaded two_results early_return",
        "struct": "struct_array struct_value struct_argument",
        "integer": "floordiv mod",
        "bitwise": "bit_and bit_or bit_xor shift_left shift_right invert",
        "tile": "tile_map tile_transpose tile_broadcast",
        "tile_reduction": "tile_sum tile_reduce tile_scan_inclusive",
        "tile_algebra": "tile_matmul tile_cholesky tile_fft",
        "tile_indexing": "tile_sort tile_load_indexed",
        "native": "block_sum scan_sum histogram",
        "simulation": "semi_implicit_euler spring_force attraction plane_contact euler_equations bending",
        "geometry": "union ray_triangle neo_hookean advection",
        "image": "convolution bilateral sobel gamma",
        "learning": "softmax attention layer_norm huber adam gated_cell",
        "solver": "jacobi forward_sweep runge_kutta_4 cell_hash brownian prefix_sum",
        "contact": "pair_mask pair_count pair_kind contact_push contact_wrench",
        "articulation": "joint_targets joint_limits joint_integration new_state kinematic_bodies sleeping_bodies",
        "particles": "neighbor_density neighbor_force neighbor_count nearest_neighbor diffusion automaton open_faces",
        "sparse": "csr_multiply csr_jacobi csr_pattern lower_bound find_key first_match fill_budget segment_mean",
        "mesh": "edge_flux edge_laplacian edge_force edge_valence vertex_normals lumped_mass face_kind",
        "events": "world_slots list_slots own_list agent_state world_reset world_sum nearest_hit any_hit",
        "deformable": "spring_forces membrane_forces implicit_vertex",
        "control": "joint_drive action_filter reward reset_envs",
        "bookkeeping": "gather_state compact segments copy_worlds",
        "field": "advect divergence relax to_grid",
        "multibody": "body_pose force_pass actuator_force sensor_value",
        "queries": "mesh_contact push_out depth_image face_area overlap_count broad_pairs ray_boxes sph_density "
        "volume_contact volume_march voxel_laplacian texture_terrain texture_sdf",
        "joints": "joint_forces motion_axes joint_torques mass_matrix jacobian",
        "shapes": "shape_bounds shape_ray contact_points contact_wrenches pair_filter",
        "state": "copy_strided gather_bodies pair_keys offsets_from_counts reset_state",
        "constraints": "equality_joint tendon_length sparse_rows sensor_values transmission",
        "topology": "cloth_grid tetrahedron_rest edge_adjacency vertex_lengths",
        "voxels": "cell_flags camera_rays depth_points splat sample_grid",
        "sensors": "pack_colors depth_bytes back_project tile_views merge_layers",
    },
    "jax": {
        "arithmetic": "add sub mul div pow",
        "array": "reshape transpose slice concat stack pad flip roll tile",
        "math": "sin cos exp log tanh",
        "reduction": "sum mean max min prod argmax cumsum logsumexp",
        "linalg": "dot matmul outer einsum solve norm cholesky qr svd",
        "control_flow": "cond scan while_loop switch fori_loop select",
        "indexing": "gather scatter_add dynamic_slice",
        "nn": "softmax layer_norm attention conv",
        "random": "normal uniform",
        "transform": "grad vmap jvp custom_vjp checkpoint",
        "simulation": "runge_kutta_4 gravity heat union",
        "learning": "adam cross_entropy mlp gated_cell",
        "solver": "jacobi newton forward_sweep",
        "statistics": "gaussian kalman brownian sobel",
        "layers": "mlp residual_mlp self_attention grouped_query_attention token_embedding tied_logits conv_block lstm",
        "losses": "cross_entropy focal_loss huber quantile info_nce triplet f1_score",
        "optimizers": "adam adamw lion rmsprop clip_by_global_norm moving_average accumulate",
        "training": "train_step loss_and_grad lm_loss image_step",
        "dynamics": "pendulum cart_pole lennard_jones spring_network heat wave reaction",
        "bodies": "rotate_vectors integrate_bodies find_contacts joint_torque motor_torque",
        "molecules": "pair_energy bonded_energy neighbours constant_energy langevin",
        "utilities": "tree_norm tree_cast pad_rows sequence_masks running_statistics",
        "pipelines": "nucleus advantages mixup token_batch beam_step",
    },
}
FRONTENDS = pytest.mark.parametrize("name", ["warp", "jax"])
BY_DIFFICULTY = pytest.mark.xdist_group("kernels by difficulty")  # run by one worker, which draws them once


def noting(name: str, seed: int = 0, **settings: Any) -> KernelGenerator:
    """Return a generator whose recipes draw nothing.

    Each kernel only records the requested category, recipe, difficulty and target, and a word drawn from its stream.
    """
    some = KernelGenerator(name).spec(0)

    def noted(recipe: Recipe) -> Recipe:
        def note(stream: Stream, target: str) -> KernelSpec:
            return replace(
                some, category=recipe.category, recipe=recipe.name, difficulty=stream.difficulty, ops=(target,),
                source=f"{stream.word()}",
            )  # fmt: skip

        return replace(recipe, draw=note)

    recipes = [noted(each) for each in get_frontend(name).drawer.recipes]
    return KernelGenerator(with_recipes(name, recipes), seed, **settings)


@functools.cache
def of_difficulty(name: str, difficulty: int) -> list[KernelSpec]:
    """Return 150 kernels of one difficulty, spread evenly over the categories."""
    generator = KernelGenerator(name, seed=4, difficulty=difficulty, category_mix="uniform")
    return [generator.spec(index) for index in range(150)]


@FRONTENDS
def test_categories_and_their_operations_are_those_that_were_named(name: str) -> None:
    generator = KernelGenerator(name)
    assert generator.categories == tuple(NAMED[name])
    for category, named in NAMED[name].items():
        targets = {
            target
            for recipe in generator.frontend.drawer.recipes
            if recipe.category == category
            for target in recipe.targets
        }
        assert set(named.split()) <= targets


@FRONTENDS
@pytest.mark.parametrize("mix", CATEGORY_MIXES)
def test_an_index_is_its_category_and_number(name: str, mix: str) -> None:
    generator = noting(name, seed=3, category_mix=mix)
    seen = Counter[str]()
    for index in range(400):
        spec = generator.spec(index)
        number = seen[spec.category]
        assert generator.index_of(spec.category, number) == index
        assert spec == getattr(generator, f"generate_{spec.category}")(number)
        assert (spec.seed, spec.index) == (3, index)
        seen[spec.category] += 1


@FRONTENDS
def test_categories_are_drawn_as_often_as_they_weigh(name: str) -> None:
    usual, uniform = (KernelGenerator(name, category_mix=mix) for mix in CATEGORY_MIXES)
    weights = {each: usual.frontend.drawer.weights.get(each, 1) for each in usual.categories}
    turn = sum(weights.values())
    assert {each: usual.index_of(each, weight) for each, weight in weights.items()} == {
        each: usual.index_of(each, 0) + turn for each in weights
    }
    assert [uniform.index_of(each, 2) for each in uniform.categories] == [
        2 * len(weights) + place for place in range(len(weights))
    ]


@FRONTENDS
def test_specs_are_pure(name: str) -> None:
    first, second = KernelGenerator(name, 1), KernelGenerator(name, 1)
    forwards = [first.spec(index) for index in range(30)]
    backwards = [second.spec(index) for index in reversed(range(30))]
    assert forwards == backwards[::-1]


def test_the_kernels_are_those_on_record() -> None:
    drawn, recorded = golden.hashes(), golden.recorded()
    moved = [key for key in drawn.keys() | recorded.keys() if drawn.get(key) != recorded.get(key)]
    assert not moved, f"{len(moved)} of {len(drawn)} kernels changed; if that is meant: make golden"


@FRONTENDS
def test_every_target_comes_up_about_as_often_as_it_weighs(name: str) -> None:
    generator = noting(name)
    recipes = generator.frontend.drawer.recipes
    for category in generator.categories:
        weights = {
            (recipe.name, target): recipe.weight_of(target)
            for recipe in recipes
            if recipe.category == category
            for target in recipe.targets
        }
        usual = 30 * len(weights) / sum(weights.values())
        drawn = [generator.generate(category, number) for number in range(30 * len(weights))]
        tasks = [(spec.recipe, spec.ops[0]) for spec in drawn]
        times = Counter(tasks)
        assert times.keys() == weights.keys()
        assert all(0.2 < times[each] / (weight * usual) < 2.0 for each, weight in weights.items())
        if len(set(weights.values())) == 1:
            turns = [tasks[start : start + len(weights)] for start in range(0, len(tasks), len(weights))]
            assert all(set(turn) == weights.keys() for turn in turns)
            assert len(weights) == 1 or len(set(map(tuple, turns))) > 1, "each turn has an order of its own"


@FRONTENDS
def test_weights_are_of_targets_that_there_are(name: str) -> None:
    for recipe in get_frontend(name).drawer.recipes:
        assert recipe.target_weights.keys() <= set(recipe.targets)
        assert all(0 < each <= 5 for each in recipe.target_weights.values())


@FRONTENDS
@pytest.mark.parametrize("difficulty", [None, 5])
def test_the_numbers_of_a_recipe_are_those_that_it_is_drawn_at(name: str, difficulty: int | None) -> None:
    generator = noting(name, seed=1, difficulty=difficulty)
    drawn = [generator.spec(index).recipe for index in range(400)]
    for recipe in sorted(set(drawn)):
        expected = [index for index, each in enumerate(drawn) if each == recipe]
        assert list(itertools.islice(generator.numbers_of(recipe), len(expected))) == expected


def test_a_recipe_that_there_is_not_has_no_numbers() -> None:
    with pytest.raises(UnknownNameError, match="unknown recipe 'vectors' for front end warp; allowed: "):
        KernelGenerator("warp").numbers_of("vectors")


@pytest.mark.needs("warp")
def test_another_process_draws_the_same() -> None:
    program = (
        "from synthesis import KernelGenerator; print([KernelGenerator('warp').spec(i).source for i in range(30)])"
    )
    here = [KernelGenerator("warp").spec(index).source for index in range(30)]
    assert {output_of(program, seed).strip() for seed in ("0", "1")} == {str(here)}


@FRONTENDS
def test_kernels_hardly_repeat(name: str) -> None:
    generator = KernelGenerator(name, seed=9)
    sources = [generator.spec(index).source for index in range(300)]
    assert len({renamed_hash(source) for source in sources}) >= 0.985 * len(sources)
    assert len({structure_hash(source) for source in sources}) >= 0.975 * len(sources)


@FRONTENDS
def test_seeds_have_nothing_in_common(name: str) -> None:
    sources = [{KernelGenerator(name, seed).spec(index).source for index in range(30)} for seed in (0, 1)]
    assert not sources[0] & sources[1]


def test_a_spec_has_the_names_that_the_user_gave() -> None:
    spec = KernelGenerator("warp").generate_vector(2)
    assert isinstance(spec, KernelSpec)
    assert f"def {spec.name}(" in spec.source
    assert spec.category == "vector"
    assert list(spec.arg_types) == [argument.name for argument in spec.signature.arguments]
    assert all(kind in spec.source for kind in spec.arg_types.values())
    assert spec.description.endswith(".")


def test_a_category_that_the_front_end_lacks_is_an_error() -> None:
    generator = KernelGenerator("warp")
    with pytest.raises(UnknownNameError, match="unknown category 'reduction' for front end warp; allowed: arithmetic"):
        generator.generate("reduction", 0)
    with pytest.raises(
        AttributeError, match="front end warp has no category 'reduction'; allowed: generate_arithmetic"
    ):
        generator.generate_reduction(0)
    assert not hasattr(generator, "anything_else")
    assert "generate_atomic" in dir(generator)


@pytest.mark.parametrize("index", [-1, 1.5, "0", True])
def test_an_index_that_is_none_is_an_error(index: object) -> None:
    with pytest.raises(ConfigError, match="non-negative integer"):
        KernelGenerator("jax").spec(index)  # type: ignore[arg-type]


def test_unknown_front_ends_and_seeds_are_errors() -> None:
    with pytest.raises(UnknownNameError, match="unknown front end 'numba'; allowed: warp, jax, triton"):
        KernelGenerator("numba")
    with pytest.raises(ConfigError, match="seed must be an integer"):
        KernelGenerator("jax", seed="0")  # type: ignore[arg-type]


def test_a_generator_travels_to_other_processes() -> None:
    generator = KernelGenerator("jax", 4)
    assert pickle.loads(pickle.dumps(generator)).spec(7) == generator.spec(7)


def marked(spec: KernelSpec) -> bool:
    """Return whether a kernel was drawn for a target whose adjoint is known to be wrong."""
    (recipe,) = (each for each in get_frontend(spec.frontend).drawer.recipes if each.name == spec.recipe)
    return bool(set(recipe.wrong_adjoints) & set(spec.ops))


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_share_of_wrong_adjoints_is_what_was_asked_for(share: float) -> None:
    generator = noting("warp", seed=2, wrong_adjoints=share)
    for category in ("vector", "tile", "control_flow"):
        drawn = [marked(generator.generate(category, number)) for number in range(60)]
        assert sum(drawn) == round(60 * share)
    assert not any(marked(generator.generate("stencil", number)) for number in range(5))


def test_the_share_of_wrong_adjoints_is_part_of_what_a_kernel_depends_on() -> None:
    generator = KernelGenerator("warp", seed=2, wrong_adjoints=0.3)
    assert generator.config != KernelGenerator("warp", seed=2).config
    again = pickle.loads(pickle.dumps(generator))
    assert again.spec(37) == generator.spec(37)
    for share in (-0.1, 1.5):
        with pytest.raises(ConfigError, match="between 0 and 1"):
            KernelGenerator("warp", wrong_adjoints=share)
    with pytest.raises(ConfigError, match="front end jax has no recipe"):
        KernelGenerator("jax", wrong_adjoints=0.3)


@BY_DIFFICULTY
@FRONTENDS
@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_no_line_is_too_long_to_read(name: str, difficulty: int) -> None:
    for spec in of_difficulty(name, difficulty):
        assert max(map(len, spec.source.splitlines())) <= 120, spec.source


@BY_DIFFICULTY
@FRONTENDS
@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_a_difficulty_is_drawn_alone(name: str, difficulty: int) -> None:
    assert {spec.difficulty for spec in of_difficulty(name, difficulty)} == {difficulty}


@BY_DIFFICULTY
@FRONTENDS
def test_kernels_grow_with_their_difficulty(name: str) -> None:
    medians = [statistics.median(map(statements, of_difficulty(name, each))) for each in DIFFICULTIES]
    assert medians == sorted(medians)
    assert len(set(medians)) >= 4
    assert medians[0] <= 3
    assert medians[-1] >= 16


def statements(spec: KernelSpec) -> int:
    """Return the number of statements inside the kernel and its helpers."""
    return sum(isinstance(node, ast.stmt) for node in ast.walk(ast.parse(spec.source))) - 2


@FRONTENDS
def test_a_mix_is_drawn_as_it_says(name: str) -> None:
    generator = noting(name, seed=4, difficulty={2: 1.0, 5: 3.0})
    application = {"warp": "contact", "jax": "layers"}[name]
    found = [generator.generate(application, number).difficulty for number in range(400)]
    assert set(found) == {2, 5}
    assert 0.68 <= found.count(5) / len(found) <= 0.82
    assert {generator.generate("math", number).difficulty for number in range(40)} == {2}, "math has none of 5"


def test_difficulties_have_one_form_however_they_are_given() -> None:
    for given in (3, "3", {3: 2.0}, "3:1"):
        assert Drawing(frontend="jax", difficulty=given).difficulty == "3"  # pyright: ignore[reportArgumentType]
    for mix in ("1:0.2,5:0.8", {5: 0.8, 1: 0.2}):
        drawing = Drawing(frontend="jax", difficulty=mix)  # pyright: ignore[reportArgumentType]
        assert (drawing.difficulty, drawing.mix) == ("1:0.2,5:0.8", {1: 0.2, 5: 0.8})
    for text in ("easy", "1:", "1:0.2,"):
        with pytest.raises(ConfigError, match=r"1:0\.2"):
            Drawing(frontend="jax", difficulty=text)


@pytest.mark.parametrize("difficulty", [0, 6, {7: 1.0}, {1: -1.0}, {1: 0.0}])
def test_difficulties_that_there_are_not_are_refused(difficulty: int | dict[int, float]) -> None:
    with pytest.raises(ConfigError, match="difficult"):
        KernelGenerator("warp", difficulty=difficulty)


def test_a_category_without_kernels_of_a_difficulty_is_left_out() -> None:
    assert "native" not in KernelGenerator("warp", difficulty=1).categories
    with pytest.raises(UnknownNameError, match="native"):
        KernelGenerator("warp", difficulty=1).generate("native", 0)


@FRONTENDS
def test_what_is_long_is_an_application(name: str) -> None:
    """Only application kernels can be long: more statements in a kernel of one operation would be unrelated to it."""
    recipes = get_frontend(name).drawer.recipes
    first = {"warp": "contact", "jax": "layers"}[name]
    categories = get_frontend(name).categories
    applications = set(categories[categories.index(first) :])
    for recipe in recipes:
        assert (max(recipe.difficulties) > 2) == (recipe.category in applications), recipe.name
    for difficulty in (3, 5):
        assert set(KernelGenerator(name, difficulty=difficulty).categories) == applications


def test_the_difficulty_is_part_of_what_a_kernel_depends_on_and_is_pickled() -> None:
    generator = KernelGenerator("warp", seed=2, difficulty={1: 0.5, 4: 0.5})
    assert generator.config != KernelGenerator("warp", seed=2).config
    assert pickle.loads(pickle.dumps(generator)).spec(5) == generator.spec(5)
