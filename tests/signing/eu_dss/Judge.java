import eu.europa.esig.dss.jaxb.object.Message;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.File;
import java.util.List;

/** EU DSS on one file, offline: `java Judge.java FILE.pdf ROOT.pem`. A line per signature; 0 when all passed. */
class Judge {
    public static void main(String[] arguments) throws Exception {
        CertificateToken root = DSSUtils.loadCertificate(new File(arguments[1]));
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        trusted.addCertificate(root);
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(trusted);
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(arguments[0]));
        validator.setCertificateVerifier(verifier);
        Reports reports = validator.validateDocument();
        SimpleReport simple = reports.getSimpleReport();
        boolean passed = !simple.getSignatureIdList().isEmpty();
        for (String id : simple.getSignatureIdList()) {
            System.out.println("signature " + simple.getSignatureFormat(id) + " " + simple.getIndication(id)
                + " " + simple.getSubIndication(id) + " " + words(simple.getAdESValidationErrors(id))
                + " " + words(simple.getAdESValidationWarnings(id)));
            passed &= simple.isValid(id);
        }
        for (String id : simple.getTimestampIdList()) {
            System.out.println("timestamp " + simple.getIndication(id) + " " + simple.getSubIndication(id));
            passed &= "PASSED".equals(String.valueOf(simple.getIndication(id)));
        }
        System.exit(passed ? 0 : 1);
    }

    private static List<String> words(List<Message> messages) {
        return messages.stream().map(Message::getValue).toList();
    }
}
