package io.flinkllava.examples.instruct;

import io.flinkllava.examples.instruct.PictureFacts.Box;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Says what follows from captions and boxes: how many there are, where they are, what is larger,
 * what is not there. Exact, repeatable, and without a network; a language model writes more
 * naturally ({@link ChatTeacher}).
 *
 * @param categories all there are, for questions about what is not in a picture
 */
record FactTeacher(List<String> categories) implements Teacher, Teacher.Lesson {

    private static final long serialVersionUID = 1L;
    private static final List<String> DESCRIBE =
            List.of(
                    "Describe the picture in detail.",
                    "What do you see in this picture?",
                    "Tell me everything about this picture.");

    @Override
    public Lesson open() {
        return this;
    }

    @Override
    public void close() {}

    @Override
    public CompletableFuture<String> write(Assignment assignment) {
        Random random = new Random(assignment.number());
        PictureFacts picture = assignment.picture();
        List<Turn> turns =
                switch (assignment.kind()) {
                    case CONVERSATION -> conversation(picture, random);
                    case DETAIL -> List.of(new Turn(pick(DESCRIBE, random), detail(picture)));
                    case REASONING -> List.of(reasoning(picture, random));
                };
        return CompletableFuture.completedFuture(Turns.write(turns));
    }

    private List<Turn> conversation(PictureFacts picture, Random random) {
        Map<String, List<Box>> objects = byCategory(picture);
        List<Turn> turns = new ArrayList<>();
        turns.add(new Turn("What does the picture show?", pick(picture.captions(), random)));
        objects.forEach(
                (category, boxes) -> {
                    turns.add(
                            new Turn(
                                    "How many objects of the kind '" + category + "' are there?",
                                    boxes.size() == 1
                                            ? "There is one."
                                            : "There are " + boxes.size() + "."));
                    if (boxes.size() == 1) {
                        turns.add(
                                new Turn(
                                        "Where is the " + category + "?",
                                        "It is " + place(picture, boxes.get(0)) + "."));
                    }
                });
        List<String> absent = new ArrayList<>(categories);
        absent.removeAll(objects.keySet());
        if (!absent.isEmpty()) {
            String missing = pick(absent, random);
            turns.add(new Turn("Is there a " + missing + "?", "No, there is no " + missing + "."));
        }
        Collections.shuffle(turns.subList(1, turns.size()), random);
        return turns;
    }

    private static String detail(PictureFacts picture) {
        String objects =
                picture.boxes().stream()
                        .sorted(Comparator.comparingDouble(Box::area).reversed())
                        .map(box -> "A " + box.category() + " is " + place(picture, box) + ".")
                        .collect(Collectors.joining(" "));
        return (String.join(" ", picture.captions()) + " " + objects).strip();
    }

    private static Turn reasoning(PictureFacts picture, Random random) {
        List<Box> boxes = picture.boxes();
        if (boxes.size() < 2) {
            return new Turn(
                    "What is the picture about, and what makes you think so?",
                    pick(picture.captions(), random)
                            + (boxes.isEmpty()
                                    ? ""
                                    : " The "
                                            + boxes.get(0).category()
                                            + ", which is "
                                            + place(picture, boxes.get(0))
                                            + ", is what one looks at."));
        }
        Box largest = Collections.max(boxes, Comparator.comparingDouble(Box::area));
        Box smallest = Collections.min(boxes, Comparator.comparingDouble(Box::area));
        double times = largest.area() / Math.max(1, smallest.area());
        return new Turn(
                "Which object takes the most room, and is it also the nearest?",
                "The "
                        + largest.category()
                        + " "
                        + place(picture, largest)
                        + " takes the most room, about "
                        + Math.round(times)
                        + " times that of the "
                        + smallest.category()
                        + " "
                        + place(picture, smallest)
                        + ". What is near looks large, but so does what is large by nature: its"
                        + " size alone does not tell that it is the nearest.");
    }

    private static Map<String, List<Box>> byCategory(PictureFacts picture) {
        return picture.boxes().stream()
                .collect(Collectors.groupingBy(Box::category, TreeMap::new, Collectors.toList()));
    }

    private static String place(PictureFacts picture, Box box) {
        String row = third(box.centerY() / picture.height(), "at the top", "", "at the bottom");
        String column = third(box.centerX() / picture.width(), "on the left", "", "on the right");
        if (row.isEmpty() && column.isEmpty()) {
            return "in the middle";
        }
        return (row + " " + column).strip();
    }

    private static String third(double share, String low, String middle, String high) {
        return share < 1.0 / 3 ? low : share > 2.0 / 3 ? high : middle;
    }

    private static <T> T pick(List<T> values, Random random) {
        return values.get(random.nextInt(values.size()));
    }
}
