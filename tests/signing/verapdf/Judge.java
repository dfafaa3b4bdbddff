import java.io.FileInputStream;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** veraPDF on one file: `java Judge.java FILE.pdf 2b`. A line per broken rule; 0 when the file conforms. */
class Judge {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        PDFAFlavour flavour = PDFAFlavour.fromString(arguments[1]);
        try (FileInputStream file = new FileInputStream(arguments[0]);
                PDFAParser parser = Foundries.defaultInstance().createParser(file, flavour);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            TreeSet<String> broken = new TreeSet<>();
            for (TestAssertion assertion : result.getTestAssertions()) {
                if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                    broken.add(assertion.getRuleId().getClause() + " test " + assertion.getRuleId().getTestNumber()
                        + ": " + assertion.getMessage().replaceAll("\\s+", " "));
                }
            }
            broken.forEach(System.out::println);
            System.out.println(result.isCompliant() ? "conforms" : "does not conform");
            System.exit(result.isCompliant() ? 0 : 1);
        }
    }
}
